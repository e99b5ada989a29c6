package daemon

import (
	"strings"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/rights"
	"github.com/agrafe-fse/agrafe/daemon/rights/adri"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader"
)

// Every way that a question may fail has its place on the wire.
func TestRightsFailures(t *testing.T) {
	for _, reason := range adri.Reasons {
		e := rightsFailure(&rights.Error{Kind: rights.NoRights, Err: &adri.Fault{Reason: reason, Text: "Appelez-nous"}})
		if e.Code == "" || !strings.HasSuffix(e.Message, "« Appelez-nous ».") || strings.Contains(e.Error(), "Appelez") {
			t.Errorf("%s: %v, %q", reason, e, e.Message)
		}
	}
	for kind := rights.Internal; kind <= rights.Stale; kind++ {
		e := rightsFailure(&rights.Error{Kind: kind, Err: reader.Fail(reader.CardRemoved, "sign")})
		switch kind {
		case rights.NoRights: // the reasons, above
		case rights.Card, rights.Canceled:
			if e.Kind != state.CardRemoved {
				t.Errorf("%s: %v", kind, e)
			}
		default:
			if !strings.HasPrefix(e.Code, "ADRI_") || !strings.Contains(e.Message, "attestation") {
				t.Errorf("%s: %v, %q", kind, e, e.Message)
			}
		}
	}
}
