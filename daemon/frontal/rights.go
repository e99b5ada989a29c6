package frontal

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"net/http"
	"time"
)

// maxHeaders bounds the headers of a question about rights, in bytes.
const maxHeaders = 16 << 10

// newRights makes the server that plays ADRi. The caller proves to hold a test card
// by its authentication key. The version is TLS 1.2 because a CPS3 pads itself
// (PKCS#1 v1.5), which TLS 1.3 does not take.
func (f *Frontal) newRights(handler http.Handler) *http.Server {
	return &http.Server{
		Handler:     http.MaxBytesHandler(handler, 1<<20),
		ReadTimeout: patience, WriteTimeout: patience, IdleTimeout: 5 * time.Minute, MaxHeaderBytes: maxHeaders,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // connections that clients cut
		TLSConfig: &tls.Config{
			Certificates: []tls.Certificate{f.keys.server},
			MinVersion:   tls.VersionTLS12, MaxVersion: tls.VersionTLS12,
			ClientAuth:            tls.RequireAndVerifyClientCert,
			ClientCAs:             f.signers.roots,
			VerifyPeerCertificate: f.checkCaller,

			SessionTicketsDisabled: true, // each connection proves the card
		},
	}
}

// errCaller refuses who has no test card.
var errCaller = errors.New("cannot answer: the certificate is not one of a test card that may log in")

func (f *Frontal) checkCaller(raw [][]byte, _ [][]*x509.Certificate) error {
	if len(raw) == 0 {
		return errCaller
	}
	cert, err := x509.ParseCertificate(raw[0])
	if err != nil || cert.KeyUsage&x509.KeyUsageDigitalSignature == 0 || !f.signers.trust(cert, f.now()) {
		return errCaller
	}
	return nil
}
