package release

import (
	"context"
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Bounds of a question.
const (
	maxManifest  = 64 << 10 // bytes
	maxSignature = 1 << 10  // bytes
	patience     = 30 * time.Second
	maxRedirects = 3
)

// Source is where manifests come from and whose they are.
type Source struct {
	URL string
	Key ed25519.PublicKey

	roots *x509.CertPool // nil: those of the system
}

var errScheme = errors.New("not https")

// Check asks for the manifest, which may not be published before floor. It fails with
// an *Error.
func (s Source) Check(ctx context.Context, now, floor time.Time) (Manifest, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	c := s.client()
	text, err := get(ctx, c, s.URL, maxManifest)
	if err != nil {
		return Manifest{}, err
	}
	signature, err := get(ctx, c, s.URL+".sig", maxSignature)
	if err != nil {
		return Manifest{}, err
	}
	return verify(s.Key, text, signature, now, floor)
}

// client keeps nothing from one question to the next: no connection, no cookie.
func (s Source) client() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: s.roots},
			DisableKeepAlives:      true,
			DisableCompression:     true,
			MaxResponseHeaderBytes: 16 << 10,
		},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if r.URL.Scheme != "https" {
				return errScheme
			}
			if len(via) > maxRedirects {
				return errors.New("too many redirections")
			}
			return nil
		},
	}
}

// get fetches a file of at most limit bytes.
func get(ctx context.Context, c *http.Client, url string, limit int64) ([]byte, error) {
	if !isHTTPS(url) {
		return nil, &Error{Insecure, errScheme}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, &Error{Unreachable, err}
	}
	request.Header.Set("User-Agent", "agrafe")
	answer, err := c.Do(request)
	if errors.Is(err, errScheme) {
		return nil, &Error{Insecure, err}
	}
	if err != nil {
		return nil, &Error{Unreachable, err}
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, &Error{Unreachable, fmt.Errorf("it answers %s", answer.Status)}
	}
	text, err := io.ReadAll(io.LimitReader(answer.Body, limit+1))
	switch {
	case err != nil:
		return nil, &Error{Unreachable, err}
	case int64(len(text)) > limit:
		return nil, &Error{Kind: TooLarge}
	}
	return text, nil
}
