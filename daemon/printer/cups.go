//go:build !windows

package printer

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/state"
)

// tools is where CUPS puts its tools on Debian, Red Hat, Arch and macOS.
const tools = "/usr/bin"

// askLimit bounds a question to CUPS.
const askLimit = 10 * time.Second

// system is CUPS.
type system struct {
	tools    string // folder of lp and cancel
	server   string // path of its socket, or host:port
	patience patience
	http     *http.Client
}

// newSystem returns the CUPS that its own variable CUPS_SERVER names, else that of
// the machine.
func newSystem() system {
	server := os.Getenv("CUPS_SERVER")
	if server == "" {
		server = "/run/cups/cups.sock"
		if runtime.GOOS == "darwin" {
			server = "/private/var/run/cupsd"
		}
	}
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		if filepath.IsAbs(server) {
			return new(net.Dialer).DialContext(ctx, "unix", server)
		}
		return new(net.Dialer).DialContext(ctx, "tcp", server)
	}
	transport := &http.Transport{DialContext: dial, DisableKeepAlives: true}
	return system{tools: tools, server: server, patience: ordinary, http: &http.Client{Transport: transport, Timeout: askLimit}}
}

// errNotFound says that CUPS does not know what was asked for.
var errNotFound = errors.New("cannot find it in the print system")

// ask sends a request and returns the groups of the answer.
func (s system) ask(ctx context.Context, op uint16, attributes ...attribute) ([]group, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://localhost/", bytes.NewReader(request(op, attributes...)))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/ipp")
	response, err := s.http.Do(r)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, &NoneError{Detail: "Le système d'impression (CUPS) ne répond pas sur ce poste : installez-le (paquet cups) ou démarrez-le (systemctl start cups).", Err: err}
	}
	defer response.Body.Close()
	const longest = 4 << 20
	body, err := io.ReadAll(io.LimitReader(response.Body, longest))
	switch {
	case err != nil:
		return nil, fmt.Errorf("cannot ask the print system: %w", err)
	case response.StatusCode != http.StatusOK:
		return nil, &NoneError{Detail: "Le système d'impression (CUPS) refuse de répondre à Agrafe : voyez cupsd.conf.", Err: errors.New(response.Status)}
	}
	status, groups, err := answer(body)
	switch {
	case err != nil:
		return nil, err
	case status == statusNotFound:
		return nil, errNotFound
	case status > 0x00FF: // up to there, successful-…
		return nil, fmt.Errorf("cannot ask the print system: it answers %#04x", status)
	}
	return groups, nil
}

// asked is the attribute that names those that are wanted.
func asked(names ...string) attribute { return attribute{tagKeyword, "requested-attributes", names} }

// stateOf are the attributes that say how a printer is.
var stateOf = []string{"printer-name", "printer-state", "printer-state-reasons", "printer-state-message", "printer-is-accepting-jobs"}

// list is the printers of CUPS. A printer that is alone is the default.
func (s system) list(ctx context.Context) ([]state.Printer, error) {
	groups, err := s.ask(ctx, opGetPrinters, asked(stateOf...))
	if err != nil && !errors.Is(err, errNotFound) {
		return nil, err
	}
	if len(groups) == 0 {
		return nil, &NoneError{Detail: "Aucune imprimante n'est installée sur ce poste : ajoutez-en une dans les réglages du système."}
	}
	ours := ""
	if preferred, err := s.ask(ctx, opGetDefault, asked("printer-name")); err == nil && len(preferred) > 0 {
		ours = preferred[0].text("printer-name")
	} else if err != nil && !errors.Is(err, errNotFound) {
		return nil, err
	}
	list := make([]state.Printer, 0, len(groups))
	for _, g := range groups {
		p := shown(g)
		p.Default = p.Name == ours || len(groups) == 1
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b state.Printer) int { return strings.Compare(a.Name, b.Name) })
	return list, nil
}

// shown is a printer as front ends see it.
func shown(g group) state.Printer {
	p := state.Printer{Name: g.text("printer-name"), State: "prete"}
	reasons, message := g.texts["printer-state-reasons"], g.text("printer-state-message")
	const processing, isStopped = 4, 5 // printer-state, RFC 8011 5.4.11
	accepting, told := g.numbers["printer-is-accepting-jobs"]
	switch {
	case g.numbers["printer-state"] == isStopped:
		p.State, p.Detail = "arretee", stopped(reasons, message)
	case told && accepting == 0:
		p.State, p.Detail = "arretee", "refuse les documents"
	case g.numbers["printer-state"] == processing && waiting(reasons, message) != "":
		p.State, p.Detail = "arretee", waiting(reasons, message)
	case g.numbers["printer-state"] == processing:
		p.State = "occupee"
	default: // what it waited for last: CUPS looks again at the next document only
		p.Detail = waiting(reasons, message)
	}
	return p
}

// print hands the document to lp and follows it.
func (s system) print(ctx context.Context, printer, title string, pdf []byte, progress func()) error {
	id, err := s.submit(ctx, printer, title, pdf)
	if err != nil {
		return err
	}
	progress()
	err = s.patience.follow(ctx, printer, func(ctx context.Context) (job, error) { return s.job(ctx, printer, id) })
	if err != nil {
		err = s.takeBack(ctx, printer, id, err)
	}
	if err == nil {
		progress()
	}
	return err
}

// taken is what lp says of a document it has handed over, with its number.
var taken = regexp.MustCompile(`^request id is (.+)-([0-9]{1,9}) \(`)

// submit hands the document over and returns its number. What has a number is in the
// queue, however lp has ended. When lp was stopped before it could tell one, nobody knows:
// CUPS makes the number, then takes the document.
func (s system) submit(ctx context.Context, printer, title string, pdf []byte) (id int, err error) {
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	out, err := s.tool(ctx, bytes.NewReader(pdf), "lp", "-d", printer, "-t", title, "-o", "document-format=application/pdf")
	if found := taken.FindStringSubmatch(out); found != nil && found[1] == printer {
		_, err = fmt.Sscan(found[2], &id)
		return id, err
	}
	switch {
	case ctx.Err() != nil:
		return 0, errors.Join(ctx.Err(), fmt.Errorf("cannot tell whether %s has the document: it may still be printed; look at its queue", printer))
	case errors.Is(err, context.DeadlineExceeded):
		return 0, &FailedError{printer, "le système d'impression n'a pas répondu à temps et le document peut encore sortir ; voyez la file d'attente"}
	case errors.Is(err, ErrNone):
		return 0, err
	}
	return 0, &FailedError{printer, visible(strings.TrimSpace(out))}
}

// tool runs a tool of CUPS and returns all it writes. Its error is that of its context
// when it was stopped.
func (s system) tool(ctx context.Context, in io.Reader, name string, args ...string) (string, error) {
	ctx, stop := context.WithTimeout(ctx, s.patience.tool)
	defer stop()
	cmd := exec.CommandContext(ctx, filepath.Join(s.tools, name), args...)
	cmd.Env = []string{"LC_ALL=C", "PATH=" + s.tools, "CUPS_SERVER=" + s.server}
	cmd.Stdin = in
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	switch {
	case err != nil && ctx.Err() != nil:
		err = ctx.Err()
	case errors.Is(err, os.ErrNotExist):
		err = &NoneError{Detail: "Les commandes du système d'impression manquent sur ce poste : installez-les (paquet cups-client).", Err: err}
	}
	return string(out), err
}

// job asks for a document and its printer.
func (s system) job(ctx context.Context, printer string, id int) (job, error) {
	groups, err := s.ask(ctx, opGetJob, attribute{tagURI, "printer-uri", []string{"ipp://localhost/"}},
		attribute{tagInteger, "job-id", []string{number(id)}},
		asked("job-state", "job-printer-state-message", "job-media-sheets-completed"))
	if err != nil || len(groups) == 0 {
		return job{}, errors.Join(err, missing(groups))
	}
	j := job{state: jobState(groups[0].numbers["job-state"]), message: groups[0].text("job-printer-state-message"),
		sheets: groups[0].numbers["job-media-sheets-completed"]}
	groups, err = s.ask(ctx, opGetPrinter, attribute{tagURI, "printer-uri", []string{"ipp://localhost/printers/" + printer}}, asked(stateOf...))
	if err != nil || len(groups) == 0 {
		return job{}, errors.Join(err, missing(groups))
	}
	const isStopped = 5
	j.printerStopped = groups[0].numbers["printer-state"] == isStopped
	j.reasons, j.printerMessage = groups[0].texts["printer-state-reasons"], groups[0].text("printer-state-message")
	return j, nil
}

func number(n int) string { return string(binary.BigEndian.AppendUint32(nil, uint32(n))) }

func missing(groups []group) error {
	if len(groups) == 0 {
		return errNotFound
	}
	return nil
}

// takeBack takes a document out of the queue, because of why, which it returns. One
// that was printed meanwhile is printed all the same.
func (s system) takeBack(ctx context.Context, printer string, id int, why error) error {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), s.patience.tool)
	defer stop()
	out, err := s.tool(ctx, nil, "cancel", fmt.Sprintf("%s-%d", printer, id))
	if err == nil {
		return why
	}
	if j, err := s.job(ctx, printer, id); err == nil && j.state >= jobCanceled {
		if j.state == jobCompleted {
			return nil
		}
		return why
	}
	return errors.Join(why, fmt.Errorf("cannot take document %s-%d back: %s; it may still be printed", printer, id, visible(strings.TrimSpace(out))))
}
