package virtual

import (
	"bytes"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/agrafe-fse/agrafe/testdata"
)

// get sends a command and follows 61xx and 6Cxx; the card must succeed.
func get(t testing.TB, card Card, command string) []byte {
	t.Helper()
	data, sw := send(card, unhex(t, command))
	if sw != swOK {
		t.Fatalf("%s: status %04X", command, sw)
	}
	return data
}

func send(card Card, command []byte) (data []byte, sw uint16) {
	answer := card.Transmit(command)
	for {
		n := len(answer) - 2
		data, sw = append(data, answer[:n]...), uint16(answer[n])<<8|uint16(answer[n+1])
		switch sw & 0xFF00 {
		case swBytesRemain:
			answer = card.Transmit([]byte{command[0], insGetResponse, 0, 0, byte(sw)})
		case swCorrectedLength:
			answer = card.Transmit(append(bytes.Clone(command[:4]), byte(sw)))
		default:
			return data, sw
		}
	}
}

// The bytes that middleware checks before it takes a card for a CPS3.
func TestCPS3Recognition(t *testing.T) {
	card := open(t, "medecin-secteur1")
	if got := fmt.Sprintf("%X", card.ATR()); got != "3BAC00402A001225006480000310009000" {
		t.Errorf("answer to reset %s", got)
	}
	aid := "8025000001FF0100"
	tests := []struct {
		name, selected, fcp string
	}{
		{"MF by application", "00A40404 08" + aid, "621E 820138 83023F00 8408" + aid + "A1088C067AFFFFFFFF45 8A0105"},
		{"MF by path", "00A40904 023F00", "621E 820138 83023F00 8408" + aid + "A1088C067AFFFFFFFF45 8A0105"},
		{"EF.SN", "00A40904 043F00D003", "6225 8002000C 820101 8302D003 8801E0 A1128C077BFFFFFFFFFF009C077BFFFFFFFFFF00 8A0105"},
		{"EF.ATR", "00A40904 043F002F01", "6225 80020039 820101 83022F01 8801E8 A1128C077BFFFFFFFFFF009C077BFFFFFFFFFF00 8A0105"},
		{"EF.DIR", "00A40804 022F00", "6225 8002001C 820101 83022F00 8801F0 A1128C077BFFFFFFFFFF009C077BFFFFFFFFFF00 8A0105"},
		{"a situation", "00A40904 043F00D120", "6225 8002004A 820101 8302D120 880100 A1128C077BFFFFFFFFFF159C077BFFFFFFFFFF15 8A0105"},
		{"PKCS #15", "00A40404 0DE828BD080F8025000001FF0010", "6223 820138 83020001 840DE828BD080F8025000001FF0010 A1088C067AFFFFFFFF45 8A0105"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, want := get(t, card, tt.selected), unhex(t, tt.fcp); !bytes.Equal(got, want) {
				t.Errorf("\ngot  % X\nwant % X", got, want)
			}
		})
	}
	get(t, card, "00A4000C 023F00")
	if got := get(t, card, "00B09D0039"); len(got) != 57 || !bytes.Equal(got, efATR) {
		t.Errorf("EF.ATR % X", got)
	}
	if got := get(t, card, "00B09C000C"); len(got) != 12 || !bytes.HasPrefix(got, unhex(t, "5A0A8025000001")) || got[11]&0x0F != 0x0F {
		t.Errorf("EF.SN % X", got)
	}
	if got := get(t, card, "00B09E0000"); !bytes.Contains(got, unhex(t, "51043F000001")) {
		t.Errorf("EF.DIR % X", got)
	}
}

func TestCPS3DataObjects(t *testing.T) {
	card := open(t, "medecin-secteur1")
	inApplication := "00A4040C 0DE828BD080F8025000001FF0010"
	tests := []struct {
		name   string
		before string
		object string
		answer string
	}{
		{"counters of the code", "00A4000C023F00", "00CB3FFF0A4D087006BF810102A080", "7016 BF810112 A010 9A0103 9B0103 A1088C06731500 45FF00"},
		{"lengths of the code", "00A4000C023F00", "00CB3FFF0B4D097007BF8101037F4180", "700D BF810109 7F4106 800104 810104"},
		{"use of the signature key", inApplication, "00CB3FFF0B4D097007BF9001037F4880", "700A BF900106 7F4803 8001B6"},
		{"use of the authentication key", inApplication, "00CB3FFF0B4D097007BF9002037F4880", "700A BF900206 7F4803 8001A4"},
		{"rules of the signature key", inApplication, "00CB3FFF0A4D087006BF900102A080", "7011 BF90010D A00B A1058C03411500 80020100"},
		{"rules of the authentication key", inApplication, "00CB3FFF0A4D087006BF900202A080", "7011 BF90020D A00B A1058C03211500 80020100"},
		{"security environment 5", "00A4000C023F00", "00CB3FFF0A4D087006BFFB05027B80", "700E BFFB050A 7B08 A406 950108 830101"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			get(t, card, tt.before)
			if got, want := get(t, card, tt.object), unhex(t, tt.answer); !bytes.Equal(got, want) {
				t.Errorf("\ngot  % X\nwant % X", got, want)
			}
		})
	}
	play(t, card, []step{
		{inApplication, "9000"},
		{"00CB3FFF0A4D087006BFFB05027B80", "6A88"}, // only from the MF
		{"00CB3FFF0A4D087006BF900302A080", "6A88"}, // no such key
		{"00CB0000", "6A86"},
	})
}

func TestSelect(t *testing.T) {
	card := open(t, "medecin-secteur1")
	play(t, card, []step{
		{"00A4010C 020001", "9000"},     // a DF under the current one
		{"00A4020C 025031", "9000"},     // an EF under the current one
		{"00A4090C 025032", "9000"},     // a path from the current DF
		{"00A4080C 0400015031", "9000"}, // a path from the MF
		{"00A4000C 025032", "9000"},     // by identifier
		{"00A4000C 020001", "9000"},     // the current DF itself
		{"00A4000C 02D003", "9000"},     // a child of the MF
		{"00A4010C 02D003", "6A82"},     // not a DF
		{"00A4000C 020001", "9000"},
		{"00A4030C", "9000"}, // up
		{"00A4020C 025031", "6A82"},
		{"00A4030C", "6A82"}, // nothing above the MF
		{"00A4000C 029999", "6A82"},
		{"00A4040C 05A000000001", "6A82"},
		{"00A4070C 023F00", "6A86"},
		{"00A4000F 023F00", "6A86"},
		{"00A4090C 033F00D0", "6A82"},
		{"00A4000C", "9000"}, // the MF
		{"00A4090C 043F000001", "9000"},
	})
}

func TestReadBinary(t *testing.T) {
	card := open(t, "medecin-secteur1")
	play(t, card, []step{
		{"00B0000001", "6986"}, // no current file
		{"00B09D0002", "8043 9000"},
		{"00B0003902", "6B00"}, // past the end of EF.ATR
		{"00B0003801", "00 9000"},
		{"00B0003802", "6C01"},
		{"00B0810001", "6A82"}, // no such short identifier
		{"00A4090C 043F00D120", "9000"},
		{"00B0000001", "6982"},          // before the code
		{"0020000104 31323334", "9000"}, // the code
		{"00B0000001", "E0 9000"},
		{"00A4090C 043F00D12F", "6A82"}, // no such situation
		{"00A4090C 043F00D010", "6A82"}, // never updated
	})
	card.Reset()
	play(t, card, []step{
		{"00A4090C 06 3F000001D120", "9000"}, // the same file, in the application
		{"00B0000001", "6982"},               // the code is forgotten
	})
}

func TestUpdatedFile(t *testing.T) {
	spec, err := Load(testdata.Cards(), "medecin-secteur1")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name    string
		content string
		answer  string
	}{
		{"unusable card", "", "6282"},
		{"updated card", "20250101", "3230 9000"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			spec.Updated = &tt.content
			card, err := Open(*spec, TestKeyring())
			if err != nil {
				t.Fatal(err)
			}
			play(t, card, []step{{"00A4090C 043F00D010", "9000"}, {"00B0000002", tt.answer}})
		})
	}
}

func TestVerify(t *testing.T) {
	card := open(t, "medecin-secteur1")
	const status, right, wrong = "00200001", "0020000104 31323334", "0020000104 30303030"
	play(t, card, []step{
		{status, "63C3"},
		{"0020000100", "63C3"}, // the same over T=0
		{wrong, "63C2"},
		{status, "63C2"},
		{right, "9000"},
		{status, "9000"},
		{wrong, "63C2"}, // and the code is not verified any more
		{status, "63C2"},
		{right, "9000"},
		{"0020000105 3132333435", "6700"},
		{status, "9000"},
		{"00200002", "6A88"},
		{"00200101", "6A86"},
		{wrong, "63C2"}, {wrong, "63C1"}, {wrong, "63C0"},
		{status, "6983"}, {right, "6983"}, {wrong, "6983"},
	})
	card.Reset()
	play(t, card, []step{{right, "6983"}}) // a reset brings no try back
	play(t, open(t, "medecin-code-bloque"), []step{{status, "6983"}, {right, "6983"}})
	play(t, open(t, "medecin-dernier-essai"), []step{{status, "63C1"}, {right, "9000"}})
}

// The code against a model: however commands and resets mix, the card counts
// tries as a card must.
func TestLawTries(t *testing.T) {
	spec, err := Load(testdata.Cards(), "medecin-secteur1")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		card, err := Open(*spec, TestKeyring())
		if err != nil {
			t.Fatal(err)
		}
		tries, verified := maxTries, false
		model := func() uint16 {
			switch {
			case verified:
				return swOK
			case tries == 0:
				return swBlocked
			}
			return swTries | uint16(tries)
		}
		for _, op := range rapid.SliceOf(rapid.SampledFrom([]string{"right", "wrong", "reset", "other"})).Draw(t, "ops") {
			switch op {
			case "right":
				if tries > 0 {
					tries, verified = maxTries, true
				}
				card.Transmit([]byte{0x00, insVerify, 0x00, 0x01, 4, '1', '2', '3', '4'})
			case "wrong":
				if tries > 0 {
					tries, verified = tries-1, false
				}
				card.Transmit([]byte{0x00, insVerify, 0x00, 0x01, 4, '0', '0', '0', '0'})
			case "reset":
				verified = false
				card.Reset()
			case "other":
				card.Transmit([]byte{0x00, insSelect, 0x00, 0x0C, 2, 0x3F, 0x00})
			}
			if _, got := send(card, []byte{0x00, insVerify, 0x00, 0x01}); got != model() {
				t.Fatalf("after %s: state %04X, want %04X", op, got, model())
			}
		}
	})
}

func TestStrangers(t *testing.T) {
	for _, name := range []string{"cps2ter", "vitale1", "carte-inconnue"} {
		t.Run(name, func(t *testing.T) {
			play(t, open(t, name), []step{
				{"00A40000023F00", "6A82"},
				{"00A4040C088025000001FF0100", "6A82"},
				{"00B09C000C", "6D00"},
				{"0020000104 31323334", "6D00"},
				{"80CA9F7F00", "6E00"},
			})
		})
	}
	play(t, open(t, "carte-muette"), []step{{"00A40000023F00", "6F00"}})
}
