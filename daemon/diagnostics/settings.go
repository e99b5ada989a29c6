package diagnostics

import (
	"net"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/doctor"
)

// settings are the names among what the practice has set: folders, servers, accounts.
// They are told by what they look like, field by field, so that a key which is added to
// the configuration is not forgotten here. What is as it comes with the program is
// nobody's.
func settings(c daemon.Config) (list []doctor.Name) {
	own, usual := reflect.ValueOf(c), reflect.ValueOf(daemon.DefaultConfig())
	return differences("", own, usual, nil)
}

func differences(field string, own, usual reflect.Value, list []doctor.Name) []doctor.Name {
	switch own.Kind() {
	case reflect.Struct:
		for i := range own.NumField() {
			list = differences(own.Type().Field(i).Name, own.Field(i), usual.Field(i), list)
		}
	case reflect.Slice:
		for i := range own.Len() {
			list = differences(field, own.Index(i), reflect.Zero(own.Type().Elem()), list)
		}
	case reflect.String:
		if name, ok := setting(field, own.String()); ok && own.String() != usual.String() {
			list = append(list, name)
		}
	}
	return list
}

// setting is what kind of name a value is, false if it is none.
func setting(field, value string) (doctor.Name, bool) {
	host, _, err := net.SplitHostPort(value)
	switch {
	case strings.Contains(value, "@"), strings.Contains(value, "://"): // is seen wherever it stands
		return doctor.Name{}, false
	case field == "User" && len(value) > 2:
		return doctor.Name{Kind: doctor.User, Text: value}, true
	case len(value) > 1 && (filepath.IsAbs(value) || strings.HasPrefix(value, `\\`)):
		return doctor.Name{Kind: doctor.Folder, Text: filepath.Clean(value)}, true
	case err == nil && len(host) > 2 && !loopback.MatchString(value):
		return doctor.Name{Kind: doctor.Site, Text: host}, true
	}
	return doctor.Name{}, false
}
