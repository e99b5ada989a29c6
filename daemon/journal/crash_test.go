package journal_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"

	"github.com/agrafe-fse/agrafe/daemon/journal"
)

var kills = flag.Int("kills", 100, "how many times to kill a writing process")

// childEnv names what this test binary does when it runs as a child.
const childEnv = "AGRAFE_JOURNAL_CHILD"

func TestMain(m *testing.M) {
	flag.Parse()
	if task := os.Getenv(childEnv); task != "" {
		if err := runChild(task); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// faultyChild is set where system calls can be made to fail.
var faultyChild func(j *journal.Journal, dir string) error

// child is this test binary in another process.
type child struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

func startChild(task, root string) (*child, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), childEnv+"="+task, childEnv+"_ROOT="+root)
	if !strings.HasPrefix(task, "bare-") { // these die with a dump
		cmd.Stderr = os.Stderr
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	return &child{cmd: cmd, in: in, out: bufio.NewScanner(out)}, cmd.Start()
}

// waitFor reads lines until one is s; false if the child ended first.
func (c *child) waitFor(s string) bool {
	for c.out.Scan() {
		if c.out.Text() == s {
			return true
		}
	}
	return false
}

// kill ends the child as a power cut of its process does: it can't do anything any more.
func (c *child) kill() error {
	if err := c.cmd.Process.Kill(); err != nil {
		return err
	}
	for c.out.Scan() { // what it had still written
	}
	c.cmd.Wait()
	return nil
}

func runChild(task string) error {
	root := os.Getenv(childEnv + "_ROOT")
	switch task {
	case "bare-fill":
		return fillBareBadger(filepath.Join(root, "badger"))
	case "bare-count":
		return countWithBareBadger(filepath.Join(root, "journal"))
	case "bare-verify":
		return verifyWithBareBadger(filepath.Join(root, "journal"))
	}
	o := journal.Options{Dir: filepath.Join(root, "journal"), Project: countKinds}
	switch task {
	case "faulty":
		o = journal.WithStall(o, time.Second)
	case "purge":
		o = purgeSteps(o)
	}
	j, err := journal.Open(o)
	if err != nil {
		return err
	}
	switch task {
	case "hold":
	case "sample":
		if _, err := writeSample(j); err != nil {
			return err
		}
		flushed(filepath.Join(root, "journal"))
	case "append":
		go appendForever(j)
	case "purge":
		go purgeForever(j)
	case "faulty":
		fmt.Println("done")
		return faultyChild(j, filepath.Join(root, "journal"))
	}
	fmt.Println("done")
	_, err = io.Copy(io.Discard, os.Stdin) // until the parent ends or kills
	return err
}

// fillBareBadger writes with Badger alone until it fails.
func fillBareBadger(dir string) error {
	db, err := badger.Open(journal.EngineOptions(dir).WithNumCompactors(2))
	for i := 0; err == nil; i++ {
		err = db.Update(func(txn *badger.Txn) error {
			return txn.Set(fmt.Append(nil, i), []byte(strings.Repeat("x", 100<<10)))
		})
	}
	return err
}

// appendForever has 16 callers append 1 to 3 records each, and prints every acknowledged one.
func appendForever(j *journal.Journal) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	pid := os.Getpid()
	for g := range 16 {
		wg.Go(func() {
			for i := 0; ; i++ {
				rs, err := j.Update(context.Background(), func(journal.State) ([]journal.Entry, error) {
					var es []journal.Entry
					for k := range 1 + i%3 {
						es = append(es, journal.Entry{
							Kind: "n", Subject: fmt.Sprintf("%d-%d-%d-%d", pid, g, i, k),
							Data: fmt.Appendf(nil, "%q", strings.Repeat("x", rand.IntN(500))),
						})
					}
					return es, nil
				})
				if err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
				mu.Lock()
				for _, r := range rs {
					fmt.Println(r.Seq, r.Subject, "whole")
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
}

// killedWhileWriting kills often after little, and sometimes after so much that tables are written.
func killedWhileWriting(t *testing.T) {
	root := t.TempDir()
	acknowledged := make(map[uint64]string)
	for i := range *kills {
		most := 500
		if i%10 == 9 {
			most = 8000
		}
		runAndKill(t, "append", root, rand.IntN(most), func(line string) { keep(t, acknowledged, line) })
		j := open(t, journal.Options{Dir: filepath.Join(root, "journal"), Project: countKinds})
		if i%10 == 9 || i == *kills-1 {
			checkRecords(t, j, acknowledged)
		} else {
			checkLatest(t, j, acknowledged)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d kills, %d records acknowledged", *kills, len(acknowledged))
}

// runAndKill runs a child, kills it when it has printed so many lines, and hands on all that it has printed.
func runAndKill(t *testing.T, task, root string, lines int, line func(string)) {
	t.Helper()
	c, err := startChild(task, root)
	if err != nil {
		t.Fatal(err)
	}
	if !c.waitFor("done") {
		t.Fatal("the child did not start")
	}
	for ; lines > 0 && c.out.Scan(); lines-- {
		line(c.out.Text())
	}
	if err := c.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for c.out.Scan() {
		line(c.out.Text())
	}
	c.cmd.Wait()
}

// keep notes an acknowledged record; the last line may be cut.
func keep(t *testing.T, acknowledged map[uint64]string, line string) {
	t.Helper()
	var seq uint64
	var subject, whole string
	if _, err := fmt.Sscan(line, &seq, &subject, &whole); err != nil || whole != "whole" {
		return
	}
	if old, ok := acknowledged[seq]; ok {
		t.Fatalf("record %d was acknowledged twice, as %s and as %s", seq, old, subject)
	}
	acknowledged[seq] = subject
}

// checkLatest looks for the last acknowledged records only.
func checkLatest(t *testing.T, j *journal.Journal, acknowledged map[uint64]string) {
	t.Helper()
	err := j.View(func(s journal.State) error {
		for seq := s.Last(); seq > 0 && seq+1000 > s.Last(); seq-- {
			r, ok, err := s.Read(seq)
			if err != nil {
				return err
			}
			if want, acked := acknowledged[seq]; !ok || acked && want != r.Subject {
				t.Fatalf("record %d was acknowledged as %q and is %q", seq, want, r.Subject)
			}
		}
		for seq := range acknowledged {
			if seq > s.Last() {
				t.Fatalf("record %d was acknowledged, the last is %d", seq, s.Last())
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func checkAfterKill(t *testing.T, root string, acknowledged map[uint64]string) {
	t.Helper()
	j := open(t, journal.Options{Dir: filepath.Join(root, "journal"), Project: countKinds})
	defer j.Close()
	checkRecords(t, j, acknowledged)
}

// checkRecords expects each acknowledged record once, under its number, and all of the journal whole.
func checkRecords(t *testing.T, j *journal.Journal, acknowledged map[uint64]string) {
	t.Helper()
	seen := make(map[string]uint64)
	found := 0
	for i, r := range records(t, j) {
		if r.Seq != uint64(i+1) {
			t.Fatalf("record %d stands at place %d", r.Seq, i+1)
		}
		if first, ok := seen[r.Subject]; ok {
			t.Fatalf("%s is there twice, as record %d and as record %d", r.Subject, first, r.Seq)
		}
		seen[r.Subject] = r.Seq
		if want, ok := acknowledged[r.Seq]; ok {
			found++
			if want != r.Subject {
				t.Fatalf("record %d was acknowledged as %s and is %s", r.Seq, want, r.Subject)
			}
		}
	}
	if found != len(acknowledged) {
		t.Fatalf("%d records were acknowledged, %d of them are there", len(acknowledged), found)
	}
	if _, err := j.Verify(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// flushed waits until Badger, which does so in the background, has written its first log out as a table.
func flushed(dir string) {
	for {
		if _, err := os.Stat(filepath.Join(dir, "00001.mem")); err != nil {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}
