//go:build !windows

package printer

import (
	"encoding/binary"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// asAnswer makes an answer of a request: the same bytes, but for the status and the
// group that the attributes are in.
func asAnswer(status uint16, group byte, attributes ...attribute) []byte {
	b := request(status)
	b[len(b)-1] = group
	for _, a := range attributes {
		one := request(0, a)
		b = append(b, one[len(request(0))-1:len(one)-1]...)
	}
	return append(b, tagEnd)
}

func TestRequestBytes(t *testing.T) {
	want := "\x01\x01\x40\x02\x00\x00\x00\x01\x01" +
		"\x47\x00\x12attributes-charset\x00\x05utf-8" +
		"\x48\x00\x1battributes-natural-language\x00\x02en" +
		"\x44\x00\x14requested-attributes\x00\x01a" +
		"\x44\x00\x00\x00\x01b\x03"
	if diff := cmp.Diff(want, string(request(opGetPrinters, asked("a", "b")))); diff != "" {
		t.Error(diff)
	}
}

func TestAnswer(t *testing.T) {
	reasons := attribute{tagKeyword, "printer-state-reasons", []string{"media-empty-warning", "offline-report"}}
	whole := asAnswer(0, 0x04, attribute{tagName, "printer-name", []string{"cabinet"}}, reasons,
		attribute{tagEnum, "printer-state", []string{"\x00\x00\x00\x05"}}, attribute{tagBoolean, "printer-is-accepting-jobs", []string{"\x01"}},
		attribute{0x30, "opaque", []string{"?"}}, attribute{tagInteger, "short", []string{"\x01"}})
	printers := []group{{map[string][]string{"printer-name": {"cabinet"}, "printer-state-reasons": {"media-empty-warning", "offline-report"}},
		map[string]int{"printer-state": 5, "printer-is-accepting-jobs": 1}}}
	tests := []struct {
		name   string
		bytes  []byte
		status uint16
		groups []group
		err    error
	}{
		{"printers", whole, 0, printers, nil},
		{"none", asAnswer(statusNotFound, 0x02), statusNotFound, []group{{map[string][]string{}, map[string]int{}}}, nil},
		{"cut", whole[:len(whole)-1], 0, nil, errAnswer},
		{"cut in a value", whole[:len(whole)-5], 0, nil, errAnswer},
		{"empty", nil, 0, nil, errAnswer},
		{"a web page", []byte("<!DOCTYPE html><html>"), 0, nil, errAnswer},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			status, groups, err := answer(tt.bytes)
			if !errors.Is(err, tt.err) || status != tt.status {
				t.Fatalf("status %#x, %v", status, err)
			}
			if diff := cmp.Diff(tt.groups, groups, cmp.AllowUnexported(group{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func FuzzAnswer(f *testing.F) {
	f.Add(request(opGetPrinters, asked(stateOf...)))
	f.Add(asAnswer(0, 0x04, attribute{tagEnum, "printer-state", []string{"\x00\x00\x00\x05"}}))
	f.Add([]byte("\x01\x01\x00\x00\x00\x00\x00\x01\x04\x44\x00\x00\x00\x00\x03"))
	f.Fuzz(func(t *testing.T, b []byte) {
		status, groups, err := answer(b)
		if err != nil && groups != nil {
			t.Errorf("%d groups with an error", len(groups))
		}
		if err == nil && status != binary.BigEndian.Uint16(b[2:]) {
			t.Errorf("status %#x", status)
		}
	})
}
