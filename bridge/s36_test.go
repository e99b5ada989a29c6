package bridge

import (
	"strings"
	"testing"
)

// S36 of what is served over HTTP: a document runs nothing and is framed by nobody,
// and no answer holds anything of the request. There is no page of ours yet: its own
// address is refused as any other.
func TestS36NothingRunsAndNothingIsReflected(t *testing.T) {
	r := start(t)
	_, c := r.visitor(t, ehr, scopeReaders, scopeLots)
	code, h, _ := r.get(t, "GET", r.offer(t, "le bordereau", "<script>.pdf"), "Sec-Fetch-Mode: navigate")
	policy := h.Get("Content-Security-Policy")
	if code != 200 || !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") || !strings.Contains(policy, "sandbox") {
		t.Errorf("a document: %d, policy %q", code, policy)
	}
	if name := h.Get("Content-Disposition"); strings.ContainsAny(name, "<>") {
		t.Errorf("a document is offered as %q", name)
	}
	const mark = "MARQUE-7f3a"
	for _, path := range []string{"/", "/" + mark, "/?" + mark, "/v1?" + mark, "/d/" + mark, "/healthz?" + mark, "/v1/pair#" + mark} {
		code, h, body := r.get(t, "GET", path, "X-"+mark+": "+mark, "Cookie: "+mark, "Referer: https://"+mark+".example/")
		if code < 400 {
			t.Errorf("%s is served: %d", path, code)
		}
		all := body
		for name, values := range h {
			all += name + strings.Join(values, " ")
		}
		if strings.Contains(strings.ToLower(all), strings.ToLower(mark)) {
			t.Errorf("%s: the answer holds what was asked: %q", path, all)
		}
	}
	c.alive()
}
