package bridge

import (
	"fmt"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/state"
)

// The FSE of a site are the site's: a browser that has lost its key, and any other of
// the same site, goes on with them. Leases and jobs are the page's own.
func TestS17PagesOfOneSiteShareItsFSE(t *testing.T) {
	const site = "https://ehr.example"
	r := start(t, "medecin-secteur1", "patient")
	r.let(t, site, scopeReaders, scopeCards, scopeFSE)
	first, _ := r.page(t, site).dial("enrol")
	second, _ := r.page(t, site).dial("enrol")
	var f made
	first.mustCall("fse.create", `{"facture":{"mode":"degrade"}}`, &f)
	var list listResult
	second.mustCall("fse.list", `{}`, &list)
	if len(list.FSE) != 1 || list.FSE[0].ID != f.ID {
		t.Errorf("the other page of the site sees %d FSE", len(list.FSE))
	}
	second.mustCall("fse.update", fmt.Sprintf(`{"id":%q,"facture":{"mode":"degrade","parcours":"T"}}`, f.ID), nil)
	for e := second.event(); e.FSE == nil || e.FSE.ID != f.ID; e = second.event() { // it is told of the FSE
	}
	first.mustCall("lease.acquire", `{"reader":"a"}`, nil)
	if kind := second.call("lease.acquire", `{"reader":"a"}`).kind(); kind != state.Busy {
		t.Errorf("the lease of the other page: %q", kind)
	}
}
