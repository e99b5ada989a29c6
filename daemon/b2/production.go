package b2

import "errors"

// ErrDemonstration: a file that no real payer may get.
var ErrDemonstration = errors.New("cannot send a demonstration to a production destination")

// CheckProduction decides whether the bytes of a file may go to a production
// destination. Whoever sends calls it last, with the very bytes that leave: the marks
// of a demonstration are in the file (the word DEMO in 000 and in every 5), and so
// is the address of a test payer. It fails with ErrDemonstration, or with the
// Problems of a file that is not right.
func CheckProduction(data []byte) error {
	f, err := Decode(data)
	if err != nil {
		return err
	}
	if f.Demonstration || f.Destinataire.Demonstration() {
		return ErrDemonstration
	}
	return nil
}
