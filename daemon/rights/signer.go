package rights

import (
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"io"
)

// signer is the authentication key of a card, during one handshake.
type signer struct {
	as       Identity
	patience *patience

	ctx    context.Context // of the handshake that asks; crypto.Signer has no place for it
	signed bool
	failed error // what the card said
}

// certificate answers a server that asks for the card. CPS3 and CPS4 both sign PKCS#1 v1.5
// with SHA-256; a server that accepts only another algorithm gets no signature.
func (s *signer) certificate(asked *tls.CertificateRequestInfo) (*tls.Certificate, error) {
	s.ctx = asked.Context()
	return &tls.Certificate{
		Certificate: [][]byte{s.as.Certificate.Raw}, Leaf: s.as.Certificate, PrivateKey: s,
		SupportedSignatureAlgorithms: []tls.SignatureScheme{tls.PKCS1WithSHA256},
	}, nil
}

// Public implements crypto.Signer.
func (s *signer) Public() crypto.PublicKey { return s.as.Certificate.PublicKey }

// errAlgorithm is a defect: TLS was told of one algorithm only.
var errAlgorithm = errors.New("asked for another signature than PKCS#1 v1.5 with SHA-256")

// Sign implements crypto.Signer.
func (s *signer) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if len(digest) != sha256.Size || opts.HashFunc() != crypto.SHA256 {
		return nil, errAlgorithm
	}
	s.patience.stop()
	defer s.patience.resume()
	signature, err := s.as.Sign(s.ctx, [sha256.Size]byte(digest))
	s.signed, s.failed = err == nil, err
	return signature, err
}
