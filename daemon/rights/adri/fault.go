package adri

import "slices"

// maxText is the longest text of a fault, in characters.
const maxText = 200

// Check fails with a *FormatError if f is not a fault that can be told.
func (f *Fault) Check() error {
	var c check
	c.that(slices.Contains(Reasons, f.Reason), "Motif", "is not one of those known")
	c.text("Texte", f.Text, maxText)
	return c.err
}

// EncodeFault writes an answer without rights: a SOAP fault, the reason in its detail.
// It fails with a *FormatError.
func EncodeFault(fault *Fault) ([]byte, error) {
	if err := fault.Check(); err != nil {
		return nil, err
	}
	code := "env:Sender"
	if fault.Reason == Unavailable {
		code = "env:Receiver"
	}
	return envelope(func(w *writer) {
		w.WriteString("<env:Fault><env:Code><env:Value>" + code + "</env:Value></env:Code>" +
			`<env:Reason><env:Text xml:lang="fr">Droits non obtenus</env:Text></env:Reason><env:Detail>`)
		w.message(nameRefusal, func() {
			w.field("Motif", string(fault.Reason))
			w.field("Texte", fault.Text)
		})
		w.WriteString("</env:Detail></env:Fault>")
	}), nil
}

// decodeFault returns the *Fault that e holds, or a *FormatError.
func decodeFault(e *element) error {
	f := fields{of: e}
	detail := f.child(soap, "Detail")
	if f.err != nil || detail == nil {
		return &FormatError{"Detail", "does not stand once"}
	}
	f = fields{of: detail}
	refusal := f.child(Namespace, nameRefusal)
	if f.err != nil || refusal == nil || !refusal.demonstration {
		return &FormatError{nameRefusal, "does not stand once"}
	}
	f = fields{of: refusal}
	fault := &Fault{Reason: Reason(f.text("Motif")), Text: f.text("Texte")}
	if f.err == nil {
		f.err = fault.Check()
	}
	if f.err != nil {
		return f.err
	}
	return fault
}
