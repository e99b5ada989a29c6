package pcsc

import (
	"bytes"
	"encoding/hex"
	"math"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/reader"
)

func TestFeatureCode(t *testing.T) {
	tests := []struct {
		name string
		list string
		want uint32
	}{
		{"none", "", 0},
		{"alone", "060442000DC3", 0x42000DC3},
		{"after others", "0A0442000DC7 070442000DC4 060442000DC3", 0x42000DC3},
		{"behind one of another length", "1201AA 060442000DC3", 0x42000DC3},
		{"only others", "0A0442000DC7 120442000DC8", 0},
		{"cut", "060442000D", 0},
		{"only a tag", "06", 0},
		{"of another length", "0602AABB", 0},
		{"length beyond the end", "05FF00 060442000DC3", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			list, err := hex.DecodeString(string(bytes.ReplaceAll([]byte(tt.list), []byte(" "), nil)))
			if err != nil {
				t.Fatal(err)
			}
			if got := featureCode(list, verifyPINDirect); got != tt.want {
				t.Errorf("%#x, want %#x", got, tt.want)
			}
		})
	}
}

func FuzzFeatureCode(f *testing.F) {
	f.Add([]byte{0x0A, 4, 0x42, 0, 0x0D, 0xC7, 0x06, 4, 0x42, 0, 0x0D, 0xC3})
	f.Fuzz(func(t *testing.T, list []byte) {
		if code := featureCode(list, verifyPINDirect); code != 0 && len(list) < featureSize {
			t.Errorf("a control code from %d bytes", len(list))
		}
	})
}

// The bytes of PIN_VERIFY_STRUCTURE for a code of a CPS, field by field.
func TestVerifyStructure(t *testing.T) {
	fields := []struct{ name, want string }{
		{"bTimerOut", "1e"}, {"bTimerOut2", "1e"},
		{"bmFormatString", "82"}, {"bmPINBlockString", "04"}, {"bmPINLengthFormat", "00"},
		{"wPINMaxExtraDigit", "0404"}, {"bEntryValidationCondition", "02"},
		{"bNumberMessage", "01"}, {"wLangId", "0c04"}, {"bMsgIndex", "00"}, {"bTeoPrologue", "000000"},
		{"ulDataLength", "09000000"}, {"abData", "0020000104ffffffff"},
	}
	command := []byte{0x00, 0x20, 0x00, 0x01, 4, 0xFF, 0xFF, 0xFF, 0xFF}
	got := hex.EncodeToString(verifyStructure(reader.PINEntry{Command: command, Digits: 4, Limit: 30 * time.Second}))
	for _, f := range fields {
		if len(got) < len(f.want) || got[:len(f.want)] != f.want {
			t.Fatalf("%s: %s, want %s", f.name, got, f.want)
		}
		got = got[len(f.want):]
	}
	if got != "" {
		t.Errorf("behind the structure: %s", got)
	}
	if b := verifyStructure(reader.PINEntry{Limit: math.MaxInt64}); b[0] != 255 {
		t.Errorf("a long limit is %d s", b[0])
	}
}
