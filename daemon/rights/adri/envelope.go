package adri

import "encoding/xml"

// soap is the namespace of SOAP 1.2.
const soap = "http://www.w3.org/2003/05/soap-envelope"

// Names of what stands in the body.
const (
	nameRequest  = "Demande"
	nameResponse = "Reponse"
	nameRefusal  = "Refus" // in the detail of a fault
)

// envelope puts what body writes in an envelope.
func envelope(body func(*writer)) []byte {
	w := new(writer)
	w.WriteString(xml.Header)
	w.WriteString(`<env:Envelope xmlns:env="` + soap + `" xmlns:d="` + Namespace + `"><env:Body>`)
	body(w)
	w.WriteString("</env:Body></env:Envelope>\n")
	return w.Bytes()
}

// message writes an element of ours that is the whole of a body.
func (w *writer) message(name string, inside func()) {
	w.WriteString("<d:" + name + ` demonstration="true">`)
	inside()
	w.close("d:" + name)
}

// content reads an envelope and returns the one element in its body.
func content(message []byte) (*element, error) {
	root, err := parse(message)
	if err != nil {
		return nil, err
	}
	if root.name != (xml.Name{Space: soap, Local: "Envelope"}) {
		return nil, &FormatError{Why: "it is not a SOAP 1.2 envelope"}
	}
	f := fields{of: root}
	body := f.child(soap, "Body")
	f.that(body != nil && len(body.children) == 1, "Body", "does not hold one element")
	if f.err != nil {
		return nil, f.err
	}
	return body.children[0], nil
}

func (e *element) is(space, local string) bool { return e.name == xml.Name{Space: space, Local: local} }
