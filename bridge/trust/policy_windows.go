package trust

import (
	"errors"
	"strings"

	"golang.org/x/sys/windows/registry"
)

// Where group policy puts its settings. Only administrators may write there.
//
// The names are ours: under Origins, each value is named for an origin and holds
// its scopes, separated by commas; Locked is a DWORD, 1 to lock the list.
const (
	policyKey  = `SOFTWARE\Policies\Agrafe`
	originsKey = policyKey + `\Origins`
)

// systemStamp changes when what group policy has set does.
func systemStamp() string {
	var stamp strings.Builder
	for _, name := range []string{policyKey, originsKey} {
		stamp.WriteString(keyStamp(name) + "\n")
	}
	return stamp.String()
}

func keyStamp(name string) string {
	k, err := registry.OpenKey(registry.LOCAL_MACHINE, name, registry.QUERY_VALUE)
	if err != nil {
		return err.Error()
	}
	defer k.Close()
	info, err := k.Stat()
	if err != nil {
		return err.Error()
	}
	return info.ModTime().String()
}

// systemPolicy is what group policy has set.
func systemPolicy(listable func(Origin) bool) policy {
	p := policy{origins: map[Origin][]Scope{}}
	top, err := registry.OpenKey(registry.LOCAL_MACHINE, policyKey, registry.QUERY_VALUE)
	switch {
	case errors.Is(err, registry.ErrNotExist):
		return p
	case err != nil:
		p.refuse(&PolicyError{File: policyKey, Why: err.Error()})
		return p
	}
	defer top.Close()
	locked, _, err := top.GetIntegerValue("Locked")
	if err != nil && !errors.Is(err, registry.ErrNotExist) {
		p.refuse(&PolicyError{File: policyKey, Why: "Locked: " + err.Error()})
	}
	p.locked = p.locked || locked != 0
	list, err := registry.OpenKey(registry.LOCAL_MACHINE, originsKey, registry.QUERY_VALUE)
	switch {
	case errors.Is(err, registry.ErrNotExist):
		return p
	case err != nil:
		p.refuse(&PolicyError{File: originsKey, Why: err.Error()})
		return p
	}
	defer list.Close()
	if err := p.addKey(list, listable); err != nil {
		p.refuse(err)
	}
	return p
}

// addKey takes the values of the registry key in, all of them or none.
func (p *policy) addKey(list registry.Key, listable func(Origin) bool) error {
	names, err := list.ReadValueNames(0)
	if err != nil {
		return &PolicyError{File: originsKey, Why: err.Error()}
	}
	found := map[Origin][]Scope{}
	for _, name := range names {
		o, err := ParseOrigin(name)
		if err != nil {
			return &PolicyError{File: originsKey, Why: err.Error()}
		}
		if !listable(o) {
			return &PolicyError{File: originsKey, Why: needsDev}
		}
		text, _, err := list.GetStringValue(name)
		if err != nil {
			return &PolicyError{File: originsKey, Why: name + ": " + err.Error()}
		}
		if found[o], err = ParseScopes(strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })); err != nil {
			return &PolicyError{File: originsKey, Why: name + ": " + err.Error()}
		}
	}
	p.origins = found
	return nil
}
