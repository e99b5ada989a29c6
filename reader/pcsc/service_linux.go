package pcsc

import (
	"os"
	"path/filepath"

	"github.com/fsnotify/fsnotify"
)

// socket is where pcscd listens unless its environment variable says otherwise.
const socket = "/run/pcscd/pcscd.comm"

// watchService calls hint when pcscd's socket appears. The folder comes with the
// service, so its parent is watched as well. A machine without inotify does
// without hints.
func watchService(hint func()) {
	path := os.Getenv("PCSCLITE_CSOCK_NAME")
	if path == "" {
		path = socket
	}
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return
	}
	dir := filepath.Dir(path)
	_ = w.Add(filepath.Dir(dir))
	_ = w.Add(dir)
	go func() {
		for e := range w.Events {
			switch {
			case e.Name == dir && e.Has(fsnotify.Create):
				_ = w.Add(dir)
				hint()
			case e.Name == path && e.Has(fsnotify.Create):
				hint()
			}
		}
	}()
	go func() {
		for range w.Errors { // an overflow of the queue costs a hint, no more
			hint()
		}
	}()
}
