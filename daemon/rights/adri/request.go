package adri

import "strconv"

// EncodeRequest writes a question. It fails with a *FormatError.
func EncodeRequest(r Request) ([]byte, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	return envelope(func(w *writer) {
		w.message(nameRequest, func() {
			w.field("NIR", r.NIR)
			w.field("Naissance", r.Naissance)
			w.field("Rang", strconv.Itoa(r.Rang))
			w.date("DateSoins", r.DateSoins)
			w.field("NumeroAM", r.NumeroAM)
			w.field("Mode", string(r.Mode))
		})
	}), nil
}

// DecodeRequest reads a question. It fails with a *FormatError.
func DecodeRequest(message []byte) (Request, error) {
	e, err := content(message)
	if err != nil {
		return Request{}, err
	}
	if !e.is(Namespace, nameRequest) || !e.demonstration {
		return Request{}, &FormatError{Why: "it is not a question"}
	}
	f := fields{of: e}
	r := Request{NIR: f.text("NIR"), Naissance: f.text("Naissance"), Rang: f.number("Rang"), DateSoins: f.date("DateSoins"),
		NumeroAM: f.text("NumeroAM"), Mode: Mode(f.text("Mode"))}
	if f.err == nil {
		f.err = r.Check()
	}
	if f.err != nil {
		return Request{}, f.err
	}
	return r, nil
}
