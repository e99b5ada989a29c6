package virtual

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding"
	"encoding/binary"
	"hash"
	"testing"

	"pgregory.net/rapid"
)

// Selections of the security environment.
const (
	mseSHA1      = "002241AA03800110"
	mseSHA256    = "002241AA03800140"
	mseSignSHA1  = "002241B606 800112 840181"
	mseSign      = "002241B606 800142 840181"
	mseAuth      = "002241A406 800102 840182"
	verifyRight  = "0020000104 31323334"
	computeSig   = "002A9E9A00"
	selectCPS4   = "01A4040C08 8025000001FF0100"
	verifyCPS4   = "0120000104 31323334"
	mseSignCPS4  = "012281B604 91024281"
	mseRawRSA    = "012241B803 830120"
	inAppliCPS3  = "00A4040C 0DE828BD080F8025000001FF0010"
	pathCertSIG  = "00A4090C 063F0000014411"
	pathCertAUT  = "00A4090C 063F0000014412"
	pathCertCPS4 = "01A4090C 063F0000014412"
)

// publicKey reads a certificate of the card and returns its key.
func publicKey(t testing.TB, card Card, selection string) *rsa.PublicKey {
	t.Helper()
	get(t, card, selection)
	class := unhex(t, selection)[0]
	var der []byte
	for {
		at := len(der)
		part, sw := send(card, []byte{class, insReadBinary, byte(at >> 8), byte(at), 0xFF})
		if sw == swWrongOffset {
			break
		}
		if sw != swOK {
			t.Fatalf("status %04X at %d", sw, at)
		}
		der = append(der, part...)
		if len(part) < 0xFF {
			break
		}
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert.PublicKey.(*rsa.PublicKey)
}

// hashCommand is PSO HASH for message, of which the first whole blocks are
// hashed by the host.
func hashCommand(t testing.TB, class byte, alg crypto.Hash, message []byte, whole int) []byte {
	h := hash.Hash(sha256.New())
	if alg == crypto.SHA1 {
		h = sha1.New()
	}
	h.Write(message[:whole])
	form, err := h.(encoding.BinaryMarshaler).MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var state []byte
	if whole > 0 {
		state = binary.BigEndian.AppendUint64(form[4:4+h.Size()], uint64(whole)*8)
	}
	data := append(tlv(0x90, state), tlv(0x80, message[whole:])...)
	return append([]byte{class, insPerformOp, 0x90, 0xA0, byte(len(data))}, data...)
}

func TestLawSignature(t *testing.T) {
	card3, card4 := open(t, "medecin-secteur1"), open(t, "medecin-cps4")
	get(t, card4, selectCPS4)
	key3, key4 := publicKey(t, card3, pathCertSIG), publicKey(t, card4, "01A4090C 063F0000014411")
	get(t, card3, verifyRight)
	get(t, card4, verifyCPS4)
	rapid.Check(t, func(rt *rapid.T) {
		size := rapid.SampledFrom([]int{0, 1, 55, 56, 63, 64, 65, 127, 128, 129, 200, 1000}).Draw(rt, "size")
		message := rapid.SliceOfN(rapid.Byte(), size, size).Draw(rt, "message")
		whole := len(message) / 64 * 64
		if whole > 0 && whole == len(message) && rapid.Bool().Draw(rt, "full last block") {
			whole -= 64
		}
		switch rapid.SampledFrom([]string{"CPS3 SHA-1", "CPS3 SHA-256", "CPS4"}).Draw(rt, "card") {
		case "CPS3 SHA-1":
			get(t, card3, mseSHA1)
			get(t, card3, mseSignSHA1)
			checkSignature(rt, card3, key3, crypto.SHA1, hashCommand(t, 0, crypto.SHA1, message, whole), message)
		case "CPS3 SHA-256":
			get(t, card3, mseSHA256)
			get(t, card3, mseSign)
			checkSignature(rt, card3, key3, crypto.SHA256, hashCommand(t, 0, crypto.SHA256, message, whole), message)
		case "CPS4":
			get(t, card4, mseSignCPS4)
			checkSignature(rt, card4, key4, crypto.SHA256, hashCommand(t, 1, crypto.SHA256, message, whole), message)
		}
	})
}

func checkSignature(t *rapid.T, card Card, key *rsa.PublicKey, alg crypto.Hash, pso, message []byte) {
	if _, sw := send(card, pso); sw != swOK {
		t.Fatalf("PSO HASH: status %04X", sw)
	}
	signature, sw := send(card, []byte{pso[0], insPerformOp, 0x9E, 0x9A, 0x00})
	if sw != swOK {
		t.Fatalf("PSO CDS: status %04X", sw)
	}
	h := alg.New()
	h.Write(message)
	if err := rsa.VerifyPKCS1v15(key, alg, h.Sum(nil), signature); err != nil {
		t.Fatal(err)
	}
}

// The order of the trace: the key is chosen after the hash.
func TestSignatureInTheOrderOfTheTrace(t *testing.T) {
	card := open(t, "medecin-secteur1")
	key := publicKey(t, card, pathCertSIG)
	message := []byte("feuille de soins")
	get(t, card, verifyRight)
	get(t, card, mseSHA256)
	if _, sw := send(card, hashCommand(t, 0, crypto.SHA256, message, 0)); sw != swOK {
		t.Fatalf("PSO HASH: status %04X", sw)
	}
	get(t, card, mseSign)
	play(t, card, []step{{computeSig, "6100"}}) // 256 bytes to fetch
	signature := get(t, card, "00C0000000")
	digest := sha256.Sum256(message)
	if err := rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature); err != nil {
		t.Error(err)
	}
	play(t, card, []step{{computeSig, "6985"}}) // one signature for one hash
}

func TestSignatureRefused(t *testing.T) {
	hashed := "002A90A0 05 9000 800161"
	tests := []struct {
		name  string
		steps []step
	}{
		{"no code", []step{{mseSHA256, "9000"}, {hashed, "9000"}, {mseSign, "9000"}, {computeSig, "6982"}}},
		{"no hash", []step{{verifyRight, "9000"}, {mseSHA256, "9000"}, {mseSign, "9000"}, {computeSig, "6985"}}},
		{"no key", []step{{verifyRight, "9000"}, {mseSHA256, "9000"}, {hashed, "9000"}, {computeSig, "6985"}}},
		{"no algorithm", []step{{hashed, "6985"}}},
		{"hash of another algorithm", []step{{verifyRight, "9000"}, {mseSHA1, "9000"}, {hashed, "9000"}, {mseSign, "9000"}, {computeSig, "6985"}}},
		{"authentication key", []step{{"002241B606 800142 840182", "6A88"}, {computeSig, "6985"}}},
		{"unknown algorithm", []step{{"002241AA03800150", "6A88"}, {"002241B606 800150 840181", "6A88"}}},
		{"state cut short", []step{{mseSHA256, "9000"}, {"002A90A0 06 900100 800161", "6A80"}}},
		{"state within a block", []step{{mseSHA256, "9000"}, {"002A90A0 2D 9028" + zeros(32) + "0000000000000008 800161", "6A80"}}},
		{"no last block", []step{{mseSHA256, "9000"}, {"002A90A0 02 9000", "6A80"}}},
		{"last block too long", []step{{mseSHA256, "9000"}, {"002A90A0 45 9000 8041" + zeros(65), "6A80"}}},
		{"not BER-TLV", []step{{mseSHA256, "9000"}, {"002A90A0 02 907F", "6A80"}, {"002241AA02 807F", "6A80"}}},
		{"unknown operation", []step{{"002A00A0", "6A86"}, {"002A8086 0100", "6A86"}, {"002242AA03800140", "6A86"}}},
		{"reset in between", []step{{mseSHA256, "9000"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { play(t, open(t, "medecin-secteur1"), tt.steps) })
	}
}

func zeros(n int) string {
	b := make([]byte, 2*n)
	for i := range b {
		b[i] = '0'
	}
	return string(b)
}

func TestResetForgetsTheEnvironment(t *testing.T) {
	card := open(t, "medecin-secteur1")
	play(t, card, []step{{verifyRight, "9000"}, {mseSHA256, "9000"}, {"002A90A0 05 9000 800161", "9000"}, {mseSign, "9000"}})
	card.Reset()
	play(t, card, []step{{computeSig, "6985"}})
}

func TestInternalAuthenticate(t *testing.T) {
	card := open(t, "medecin-secteur1")
	key := publicKey(t, card, pathCertAUT)
	digest := sha256.Sum256([]byte("challenge"))
	info := append(unhex(t, "3031300D060960864801650304020105000420"), digest[:]...)
	command := append([]byte{0x00, insAuthenticate, 0x00, 0x00, byte(len(info))}, info...)
	sw := func() uint16 { _, sw := send(card, command); return sw }
	if got := sw(); got != swConditions {
		t.Errorf("without a key: %04X", got)
	}
	get(t, card, mseAuth)
	if got := sw(); got != swSecurity {
		t.Errorf("without the code: %04X", got)
	}
	get(t, card, verifyRight)
	signature, status := send(card, command)
	if status != swOK {
		t.Fatalf("status %04X", status)
	}
	if err := rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature); err != nil {
		t.Error(err)
	}
	play(t, card, []step{
		{"008800000100", "61" + "00"}, // any data of up to 102 bytes is signed
		{"0088000067" + zeros(103), "6700"},
		{"00880001 01 00", "6A86"},
		{"002241A406 800102 840181", "6A88"}, // not with the signature key
		{"008800000100", "6985"},
	})
}

func TestCPS4(t *testing.T) {
	card := open(t, "medecin-cps4")
	play(t, card, []step{
		{"01B09C000C", "6881"}, // the channel is not open
		{"00A40000023F00", "6A82"},
		{"00B09C000C", "6D00"},
		{"02A40000023F00", "6E00"},
		{selectCPS4, "9000"},
		{"01200001", "63C3"},
		{"018800000100", "6D00"}, // CPS3 only
		{mseRawRSA, "9000"},
		{"012241B803 830121", "6A88"},
		{"012281B604 91024282", "6A88"},
		{"012241B606 800142 840181", "6A86"}, // CPS3 only
	})
	if got := get(t, card, "01B09C000C"); len(got) != 12 {
		t.Errorf("EF.SN % X", got)
	}
	card.Reset()
	play(t, card, []step{{"01200001", "6881"}})
}

func TestCPS4RawRSA(t *testing.T) {
	card := open(t, "medecin-cps4")
	get(t, card, selectCPS4)
	key := publicKey(t, card, pathCertCPS4)
	get(t, card, verifyCPS4)
	get(t, card, mseRawRSA)
	digest := sha256.Sum256([]byte("challenge"))
	block := paddedBlock(t, digest[:])
	for _, tt := range []struct {
		name   string
		prefix []byte
	}{{"alone", nil}, {"behind 00", []byte{0x00}}, {"behind 81", []byte{0x81}}} {
		t.Run(tt.name, func(t *testing.T) {
			data := append(tt.prefix, block...)
			first := append([]byte{0x11, insPerformOp, 0x80, 0x86, 0xFF}, data[:0xFF]...)
			last := append([]byte{0x01, insPerformOp, 0x80, 0x86, byte(len(data) - 0xFF)}, data[0xFF:]...)
			if _, sw := send(card, first); sw != swOK {
				t.Fatalf("first part: status %04X", sw)
			}
			signature, sw := send(card, append(last, 0x00))
			if sw != swOK {
				t.Fatalf("last part: status %04X", sw)
			}
			if err := rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature); err != nil {
				t.Error(err)
			}
		})
	}
	play(t, card, []step{
		{"012A80860100", "6700"},
		{"11200001 01 31", "6883"}, // only raw RSA is chained
		{"112A8086FF" + zeros(255), "9000"},
		{"112A8086FF" + zeros(255), "9000"},
		{"112A8086FF" + zeros(255), "6883"}, // a chain has an end
	})
}

// paddedBlock pads the DigestInfo of a SHA-256 digest (RFC 8017, 9.2).
func paddedBlock(t *testing.T, digest []byte) []byte {
	info := append(unhex(t, "3031300D060960864801650304020105000420"), digest...)
	block := make([]byte, keyBits/8)
	block[1] = 0x01
	for i := 2; i < len(block)-len(info)-1; i++ {
		block[i] = 0xFF
	}
	copy(block[len(block)-len(info):], info)
	return block
}
