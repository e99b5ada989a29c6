//go:build mail

package mail

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/port/porttest"
)

// servers are Debian's postfix and dovecot with one mailbox, on loopback, with
// configurations and folders of the test's own. They need the packages postfix,
// dovecot-core and dovecot-pop3d, and root.
type servers struct {
	t                                *testing.T
	dir                              string
	submission, smtps, pop3, pop3TLS string // ports
	pool                             *x509.CertPool
}

const (
	user   = "medecin@cabinet.test"
	secret = "a-s3cret of the test"
)

func startServers(t *testing.T) *servers {
	t.Helper()
	dir, err := os.MkdirTemp("", "mail") // short, for the sockets
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	s := &servers{t: t, dir: dir, submission: strconv.Itoa(porttest.Free(t)), smtps: strconv.Itoa(porttest.Free(t)), pop3: strconv.Itoa(porttest.Free(t)), pop3TLS: strconv.Itoa(porttest.Free(t))}
	s.check(os.Chmod(dir, 0o755))
	for _, d := range []string{"etc", "queue", "data", "run", "state", "mails"} {
		s.check(os.Mkdir(s.path(d), 0o755))
	}
	s.run("chown", "postfix", s.path("data"))
	s.run("chown", "mail:mail", s.path("mails"))
	s.certify()
	s.dovecot()
	s.postfix()
	return s
}

// certify makes the certificate of both servers.
func (s *servers) certify() {
	config, pool := certificate(s.t, "localhost")
	s.pool = pool
	key, err := x509.MarshalPKCS8PrivateKey(config.Certificates[0].PrivateKey)
	s.check(err)
	s.write("cert.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: config.Certificates[0].Certificate[0]})))
	s.write("key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})))
}

func (s *servers) dovecot() {
	s.write("users", user+":{PLAIN}"+secret+"\n")
	s.write("dovecot.conf", `base_dir = $D/run
state_dir = $D/state
protocols = pop3
listen = 127.0.0.1
log_path = $D/dovecot.log
ssl = required
ssl_cert = <$D/cert.pem
ssl_key = <$D/key.pem
disable_plaintext_auth = yes
auth_failure_delay = 0
auth_mechanisms = plain login scram-sha-256
mail_location = maildir:$D/mails
first_valid_uid = 1
default_internal_user = dovecot
default_login_user = dovenull
service pop3-login {
  inet_listener pop3 {
    port = `+s.pop3+`
  }
  inet_listener pop3s {
    port = `+s.pop3TLS+`
    ssl = yes
  }
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service auth {
  unix_listener $D/auth {
    mode = 0666
  }
}
passdb {
  driver = passwd-file
  args = $D/users
}
userdb {
  driver = static
  args = uid=mail gid=mail home=$D/mails
}
`)
	s.daemon("dovecot", "-F", "-c", s.path("dovecot.conf"))
	s.await(s.pop3)
}

func (s *servers) postfix() {
	s.write("etc/main.cf", `compatibility_level = 3.6
queue_directory = $D/queue
data_directory = $D/data
maillog_file = $D/postfix.log
maillog_file_prefixes = $D
myhostname = mail.cabinet.test
mydestination =
alias_maps =
alias_database =
relay_domains = 751.01.rss.test
transport_maps = inline:{ {751.01.rss.test = discard:} }
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 192.0.2.0/32
default_transport = error:no outside mail
relay_transport = error:no outside mail
virtual_mailbox_domains = cabinet.test
virtual_mailbox_base = $D
virtual_mailbox_maps = static:mails/
virtual_uid_maps = static:8
virtual_gid_maps = static:8
virtual_minimum_uid = 1
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = $D/auth
smtpd_tls_cert_file = $D/cert.pem
smtpd_tls_key_file = $D/key.pem
smtpd_tls_security_level = encrypt
smtpd_recipient_restrictions = check_recipient_access inline:{ {refused@cabinet.test = 550 refused by the test} {later@cabinet.test = 451 later by the test} }, permit_sasl_authenticated, reject
smtpd_end_of_data_restrictions = check_recipient_access inline:{ {late-refused@cabinet.test = 554 refused after the mail} {late-later@cabinet.test = 452 later after the mail} }
smtpd_delay_reject = yes
message_size_limit = 200000
mailbox_size_limit = 0
virtual_mailbox_limit = 0
`)
	s.write("etc/master.cf", `127.0.0.1:`+s.submission+` inet n - n - - smtpd
127.0.0.1:`+s.smtps+` inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
discard unix - - n - - discard
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
`)
	s.postfixCommand("start")
	s.t.Cleanup(func() {
		s.postfixCommand("stop")
		if s.t.Failed() {
			log, _ := os.ReadFile(s.path("postfix.log"))
			s.t.Logf("postfix: %s", log)
		}
	})
	s.await(s.submission)
	s.await(s.smtps)
}

// set changes a setting of postfix, and puts it back after the test.
func (s *servers) set(t *testing.T, name, value string) {
	t.Helper()
	before, err := os.ReadFile(s.path("etc/main.cf"))
	s.check(err)
	s.check(os.WriteFile(s.path("etc/main.cf"), []byte(string(before)+name+" = "+value+"\n"), 0o644))
	s.restart()
	t.Cleanup(func() {
		s.check(os.WriteFile(s.path("etc/main.cf"), before, 0o644))
		s.restart()
	})
}

// restart makes postfix read its settings: a reload lets one that is idle answer by
// the old ones.
func (s *servers) restart() {
	s.postfixCommand("stop")
	s.postfixCommand("start")
	s.await(s.submission)
	s.await(s.smtps)
}

func (s *servers) postfixCommand(verb string) { s.run("postfix", "-c", s.path("etc"), verb) }

func (s *servers) path(name string) string { return filepath.Join(s.dir, name) }

func (s *servers) write(name, text string) {
	s.check(os.WriteFile(s.path(name), []byte(strings.ReplaceAll(text, "$D", s.dir)), 0o644))
}

func (s *servers) run(name string, args ...string) {
	s.t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), 30*time.Second) // also when the test is over
	defer stop()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.WaitDelay = time.Second // what it starts keeps its output open
	if out, err := cmd.CombinedOutput(); err != nil && ctx.Err() == nil && !strings.Contains(err.Error(), "WaitDelay") {
		s.t.Fatalf("%s %v: %v: %s", name, args, err, out)
	}
}

// daemon starts a program that ends with the test.
func (s *servers) daemon(name string, args ...string) {
	s.t.Helper()
	cmd := exec.Command(name, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &log, &log, time.Second
	s.check(cmd.Start())
	s.t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		if s.t.Failed() {
			more, _ := os.ReadFile(s.path("dovecot.log"))
			s.t.Logf("%s: %s %s", name, &log, more)
		}
	})
}

// await waits for a port.
func (s *servers) await(port string) {
	s.t.Helper()
	for limit := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		c, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			_ = c.Close()
			return
		}
		if time.Now().After(limit) {
			s.t.Fatalf("nobody comes to port %s", port)
		}
	}
}

func (s *servers) check(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// account is that of the mailbox, in either way.
func (s *servers) account(way Security) Account {
	smtp, pop3 := s.submission, s.pop3
	if way == TLS {
		smtp, pop3 = s.smtps, s.pop3TLS
	}
	server := func(port string) Server {
		return Server{Address: "localhost:" + port, Security: way, User: user, Roots: s.pool,
			Password: func() ([]byte, error) { return []byte(secret), nil }}
	}
	return Account{SMTP: server(smtp), POP3: server(pop3), From: user, Copy: true}
}
