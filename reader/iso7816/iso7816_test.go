package iso7816

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/agrafe-fse/agrafe/reader"
)

// script answers commands from a list: each command must be the expected one.
type script struct {
	t     *testing.T
	steps [][2]string // command and answer, in hexadecimal
}

func (s *script) Transmit(command []byte) ([]byte, error) {
	s.t.Helper()
	if len(s.steps) == 0 {
		s.t.Fatalf("unexpected command % X", command)
	}
	step := s.steps[0]
	s.steps = s.steps[1:]
	if want := unhex(step[0]); !bytes.Equal(command, want) {
		s.t.Errorf("command % X, want % X", command, want)
	}
	return unhex(step[1]), nil
}

func unhex(s string) []byte {
	var out []byte
	digits := strings.ReplaceAll(s, " ", "")
	for i := 0; i+1 < len(digits); i += 2 {
		hi, lo := strings.IndexByte("0123456789ABCDEF", digits[i]), strings.IndexByte("0123456789ABCDEF", digits[i+1])
		out = append(out, byte(hi<<4|lo))
	}
	return out
}

func TestSend(t *testing.T) {
	read := Command{INS: 0xB0, Le: 0}
	tests := []struct {
		name   string
		cmd    Command
		steps  [][2]string
		data   string
		status Status
	}{
		{"plain", read, [][2]string{{"00B0000000", "AABB9000"}}, "AABB", OK},
		{"no data wanted", Command{INS: 0xA4, P2: 0x0C, Data: []byte{0x3F, 0x00}, Le: NoLe}, [][2]string{{"00A4000C023F00", "9000"}}, "", OK},
		{"announced data not wanted", Command{INS: 0xA4, Le: NoLe}, [][2]string{{"00A40000", "6120"}}, "", OK},
		{"length corrected", read, [][2]string{{"00B0000000", "6C02"}, {"00B0000002", "AABB9000"}}, "AABB", OK},
		{"data held back", read, [][2]string{{"00B0000000", "6102"}, {"00C0000002", "AABB9000"}}, "AABB", OK},
		{"data in parts", read, [][2]string{{"00B0000000", "AA6101"}, {"00C0000001", "BB6101"}, {"00C0000001", "CC9000"}}, "AABBCC", OK},
		{"channel kept", Command{CLA: 1, INS: 0xB0, Le: 0}, [][2]string{{"01B0000000", "6101"}, {"01C0000001", "AA9000"}}, "AA", OK},
		{"refused", read, [][2]string{{"00B0000000", "6982"}}, "", SecurityStatus},
		{"corrected, then refused", read, [][2]string{{"00B0000000", "6C02"}, {"00B0000002", "6982"}}, "", SecurityStatus},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := &script{t, tt.steps}
			data, status, err := Send(s, tt.cmd)
			if err != nil || status != tt.status || !bytes.Equal(data, unhex(tt.data)) || len(s.steps) > 0 {
				t.Errorf("Send = % X, %04X, %v; %d steps left", data, status, err, len(s.steps))
			}
		})
	}
}

// always gives the same answer to everything.
type always []byte

func (a always) Transmit([]byte) ([]byte, error) { return a, nil }

func TestSendIsBounded(t *testing.T) {
	for name, answer := range map[string]always{
		"more data for ever":  append(bytes.Repeat([]byte{1}, 255), 0x61, 0xFF),
		"no data for ever":    {0x61, 0x10},
		"length for ever":     {0x6C, 0x10},
		"no status word":      {0x90},
		"nothing":             {},
		"more than an answer": append(make([]byte, maxAnswer+1), 0x90, 0x00),
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := Send(answer, Command{INS: 0xB0, Le: 0})
			if reader.KindOf(err) != reader.Malformed {
				t.Errorf("Send: %v, want Malformed", err)
			}
		})
	}
}

func TestStatusErr(t *testing.T) {
	tests := []struct {
		status Status
		kind   reader.Kind
		tries  int
	}{
		{0x63C2, reader.Refused, 0},
		{SecurityStatus, reader.PINRequired, 0},
		{AuthBlocked, reader.Refused, 0},
		{FileNotFound, reader.Unsupported, 0},
		{0x6985, reader.Refused, 0},
	}
	for _, tt := range tests {
		e := reader.AsError(tt.status.Err("x"))
		if e.Kind != tt.kind || e.Tries != tt.tries {
			t.Errorf("%04X: %v, want %v", tt.status, e, tt.kind)
		}
		if strings.ContainsAny(e.Error(), "6") {
			t.Errorf("%04X: the status word is in %q", tt.status, e)
		}
	}
	if err := OK.Err("x"); err != nil {
		t.Errorf("OK: %v", err)
	}
}

// file serves READ BINARY from a file, as a T=0 card does.
type file []byte

func (f file) Transmit(c []byte) ([]byte, error) {
	at := int(c[2])<<8 | int(c[3])
	if c[2]&0x80 != 0 {
		at = int(c[3])
	}
	if at >= len(f) && at > 0 {
		return []byte{0x6B, 0x00}, nil
	}
	want, left := int(c[4]), len(f)-at
	if want == 0 {
		want = 256
	}
	if want > left {
		return []byte{0x6C, byte(left)}, nil
	}
	return append(append([]byte{}, f[at:at+want]...), 0x90, 0x00), nil
}

func TestReadAnyFile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := file(rapid.SliceOfN(rapid.Byte(), 1, 2000).Draw(t, "file"))
		for name, read := range map[string]func() ([]byte, Status, error){
			"by short identifier": func() ([]byte, Status, error) { return ReadSFI(want, 0, 2, 0, 4096) },
			"by its right size":   func() ([]byte, Status, error) { return ReadSFI(want, 0, 2, len(want), 4096) },
			"current":             func() ([]byte, Status, error) { return ReadCurrent(want, 0, 4096) },
		} {
			got, status, err := read()
			if err != nil || status != OK || !bytes.Equal(got, want) {
				t.Fatalf("%s: %d bytes of %d, %04X, %v", name, len(got), len(want), status, err)
			}
		}
	})
}

func TestReadIsBounded(t *testing.T) {
	endless := always(append(bytes.Repeat([]byte{1}, 255), 0x90, 0x00))
	if _, _, err := ReadCurrent(endless, 0, 4096); reader.KindOf(err) != reader.Malformed {
		t.Errorf("endless file: %v, want Malformed", err)
	}
}

func TestTLV(t *testing.T) {
	got, err := Parse(unhex("65058003414243 00FFFF 7F2103020101 8000"))
	if err != nil {
		t.Fatal(err)
	}
	want := []TLV{
		{Tag: 0x65, Value: unhex("8003414243"), Children: []TLV{{Tag: 0x80, Value: []byte("ABC")}}},
		{Tag: 0x7F21, Value: unhex("020101"), Children: []TLV{{Tag: 0x02, Value: []byte{1}}}},
		{Tag: 0x80, Value: []byte{}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("Parse (-want +got):\n%s", d)
	}
	if got[0].Text(0x80) != "ABC" || got[0].Text(0x81) != "" {
		t.Error("Text does not find the child")
	}
}

func TestTLVRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tag := rapid.SampledFrom([]uint16{0x80, 0x93, 0x1F21, 0xDF68}).Draw(t, "tag") // FF and 00 are padding
		value := rapid.SliceOfN(rapid.Byte(), 0, 700).Draw(t, "value")
		got, err := Parse(Append(nil, tag, value))
		if err != nil || len(got) != 1 || got[0].Tag != tag || !bytes.Equal(got[0].Value, value) {
			t.Fatalf("round trip of %04X, %d bytes: %+v, %v", tag, len(value), got, err)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"", "65058003414243", "30800000", "7F", "6582FFFF", "A1A1A1A1", "3081"} {
		f.Add(unhex(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := Parse(data); err != nil && !errors.Is(err, ErrTLV) {
			t.Errorf("%v, want ErrTLV", err)
		}
	})
}
