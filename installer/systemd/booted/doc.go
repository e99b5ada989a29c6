// Package booted holds the tests of the service that need a machine which systemd has
// booted: they install, kill and remove it. They run in a copy of a machine only, which
// TestBooted of the package above makes.
package booted
