package lot

import "testing"

// Names that hold a slash do not run into those of others.
func TestPrincipalsWithSlashes(t *testing.T) {
	b := openBook(t, t.TempDir())
	for _, owner := range []string{"app", "app/autre"} {
		if _, err := b.Create(t.Context(), owner, draft(doctor), Call{Principal: owner, Method: "m", Key: "k", Digest: "d"}); err != nil {
			t.Fatal(err)
		}
	}
	if list, _, err := b.List("app", "", 10); err != nil || len(list) != 1 {
		t.Errorf("List: %d FSE, %v", len(list), err)
	}
	call := Call{Principal: "app/m", Method: "m", Key: "k", Digest: "d"}
	if _, err := b.Create(t.Context(), "app/m", draft(doctor), call); err != nil {
		t.Fatal(err)
	}
	call = Call{Principal: "app", Method: "m", Key: "m/k", Digest: "e"}
	if _, err := b.Create(t.Context(), "app", draft(doctor), call); err != nil {
		t.Errorf("a key that another principal never used: %v", err)
	}
}
