// Package api is the description of the bridge's API, for those who write front
// ends: the methods as an OpenRPC document, the messages that the daemon sends as
// an AsyncAPI one, and every error code with what to do about it.
//
// Its contract: the documents are generated from the table of methods and from the
// Go types by the bridge's tests (go test ./bridge -run TestDocuments -update),
// which fail when a document is stale. They are embedded, so that the command line
// prints what this very version does.
package api

import _ "embed" // the documents

// OpenRPC describes the methods: OpenRPC 1.3, JSON. Beside what the format has, a
// method has x-agrafe-access, x-agrafe-runs, x-agrafe-idempotency, x-agrafe-since,
// x-agrafe-kinds and, where it answers with a job, x-agrafe-outcome.
//
//go:embed openrpc.json
var OpenRPC []byte

// AsyncAPI describes the messages that the daemon sends unasked: AsyncAPI 3.0, JSON.
//
//go:embed asyncapi.json
var AsyncAPI []byte
