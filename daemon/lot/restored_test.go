package lot

import (
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
)

// An FSE that was not signed when a backup was made is signed after its restore only by
// who confirms that it was not signed since, whatever became of its draft meanwhile.
func TestRestoredDrafts(t *testing.T) {
	end := openDay
	other := openDay.Add(time.Hour)
	d := draft(doctor)
	for _, test := range []struct {
		name    string
		prepare func(*testing.T, *Book, string) // between the loss and the signature
		confirm *time.Time
		want    error
	}{
		{"as it was", nil, nil, ErrRestored},
		{"confirmed", nil, &end, nil},
		{"confirmed of another backup", nil, &other, ErrRestored},
		{"changed", func(t *testing.T, b *Book, id string) {
			if _, err := b.Update(t.Context(), alice, id, draft(doctor), Call{}); err != nil {
				t.Fatal(err)
			}
		}, nil, ErrRestored},
		{"after another loss", func(t *testing.T, b *Book, _ string) {
			if err := b.Lost(t.Context(), 1, "essai"); err != nil {
				t.Fatal(err)
			}
		}, nil, ErrRestored},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := openBook(t, t.TempDir())
			price := priceOf(t, d)
			draw, err := b.Create(t.Context(), alice, d, Call{})
			if err != nil {
				t.Fatal(err)
			}
			ready, done := reserved(t, b, alice, d, price), signed(t, b, alice, d, price)
			if err := b.Lost(t.Context(), 5, "essai"); err != nil {
				t.Fatal(err)
			}
			if f, err := b.Get(alice, done.ID); err != nil || f.Restored != nil {
				t.Errorf("one that was signed is marked %v, %v", f.Restored, err)
			}
			for _, id := range []string{draw.ID, ready.ID} {
				if test.prepare != nil {
					test.prepare(t, b, id)
				}
				f, err := b.Reserve(t.Context(), alice, id, price, Call{})
				if err != nil || f.Restored == nil || !f.Restored.Equal(end) {
					t.Fatalf("it is marked %v, %v", f.Restored, err)
				}
				f, _, err = b.Signed(t.Context(), alice, f, []byte("sceau"), Signature{At: openDay, Serial: "1", Restored: test.confirm}, Call{})
				wantError(t, err, test.want)
				if err == nil && (f.Restored != nil || f.Signature.Restored == nil) {
					t.Errorf("signed, it is marked %v and confirmed %v", f.Restored, f.Signature.Restored)
				}
			}
			if later := signed(t, b, alice, d, price); later.Restored != nil {
				t.Errorf("one that was made since is marked %v", later.Restored)
			}
			verify(t, b)
		})
	}
}

// What is split from an FSE of a backup is marked as it is, again and again; what ends
// otherwise than by a signature loses its mark.
func TestRestoredParts(t *testing.T) {
	b := openBook(t, t.TempDir())
	d := draft(doctor)
	f, err := b.Create(t.Context(), alice, d, Call{})
	if err == nil {
		err = b.Lost(t.Context(), 5, "essai")
	}
	if err != nil {
		t.Fatal(err)
	}
	id := f.ID
	for range 2 {
		parts, err := b.Split(t.Context(), alice, id, []*fse.Draft{d, d}, Call{})
		if err != nil || len(parts) != 2 {
			t.Fatalf("%d parts, %v", len(parts), err)
		}
		for _, p := range parts {
			if p.Restored == nil || !p.Restored.Equal(openDay) {
				t.Errorf("a part is marked %v", p.Restored)
			}
		}
		id = parts[1].ID
	}
	if f, _, err = b.Cancel(t.Context(), alice, id, "erreur", Call{}); err != nil || f.Restored != nil {
		t.Errorf("cancelled, it is marked %v, %v", f.Restored, err)
	}
	verify(t, b)
}

// What makes again an FSE that was rejected in a backup is marked like a draft of it: the
// reject may have been made good in what is lost. What is rejected since is not.
func TestRestoredRejects(t *testing.T) {
	b := openBook(t, t.TempDir())
	old := rejected(t, b, alice)
	if err := b.Lost(t.Context(), 5, "essai"); err != nil {
		t.Fatal(err)
	}
	since := rejected(t, b, alice)
	for _, test := range []struct {
		id     string
		marked bool
	}{{old.ID, true}, {since.ID, false}} {
		f, err := b.Remake(t.Context(), alice, Remake{FSE: test.id}, Call{})
		if err != nil || (f.Restored != nil) != test.marked {
			t.Errorf("made again, it is marked %v, want a mark: %t, %v", f.Restored, test.marked, err)
		}
	}
	verify(t, b)
}
