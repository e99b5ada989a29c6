// Package packages holds what makes packages of Agrafe: the .deb and the .rpm (nfpm.yaml
// and the scripts of both), and the setup program for Windows (windows). installer/build
// builds them; the Go files here are their tests.
//
// Its contract: a package ships the files of package systemd as they are, and brings
// the service up by the conventions of its own system, so that its tools (dpkg, rpm,
// systemctl, the control panel) know all that it did. Removing it keeps the practice's
// data, and purging it keeps nothing. For macOS there is no package: the programs are
// built and installed on a Mac, by go build and agrafe install.
package packages
