// Package booted holds the tests of the .deb that need a clean Debian which systemd has
// booted: they install, upgrade, remove and purge it with apt. They run in a copy of a
// machine only, which TestDebOnDebian of the package above makes.
package booted
