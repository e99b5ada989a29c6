package main

import (
	"context"
	"sync"
	"time"

	"fyne.io/systray"

	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/cmd/agrafe-tray/internal/desktop"
	"github.com/agrafe-fse/agrafe/cmd/agrafe-tray/internal/icon"
	"github.com/agrafe-fse/agrafe/cmd/agrafe-tray/internal/view"
	"github.com/agrafe-fse/agrafe/cmd/agrafe-tray/internal/words"
)

// retryEvery is how often an absent service is looked for.
const retryEvery = 3 * time.Second

// tray follows the service and shows its state.
type tray struct {
	socket  control
	words   *words.Catalog
	desktop *desktop.Desktop
	ctx     context.Context
	cancel  context.CancelFunc

	starting sync.Mutex // held while ended grows, and when ctx ends
	ended    sync.WaitGroup

	mu       sync.Mutex // protects the fields below; held while the menu is changed
	seen     view.Seen
	notices  *view.Notices
	client   *local.Client // nil while the service can't be reached
	version  string        // of the service, and its environment
	environ  string
	panel    icon.Panel
	drawn    drawn // what the desktop has been given
	menu     menu
	attached context.CancelFunc // ends the connection that answers questions; nil if there is none
}

// drawn is what an icon shows.
type drawn struct {
	mood  view.Mood
	panel icon.Panel
	state string
}

func newTray(socket control, w *words.Catalog) (*tray, error) {
	t := &tray{socket: socket, words: w, notices: view.NewNotices(w)}
	t.ctx, t.cancel = context.WithCancel(context.Background())
	d, err := desktop.Connect(t.repaint, func() { t.spawn(t.locked) })
	if err != nil {
		return nil, err
	}
	t.desktop = d
	t.seen.Port = defaultPort
	t.menu.clicked = t.click
	return t, nil
}

// start is called when the desktop is ready for an icon.
func (t *tray) start() {
	systray.SetTitle(t.words.Title)
	t.mu.Lock()
	t.panel = icon.Dark
	t.show()
	t.mu.Unlock()
	for _, f := range []func(){t.repaint, t.follow, t.answer, t.settle} {
		t.spawn(f)
	}
}

// spawn does f beside the rest, unless the tray is about to end.
func (t *tray) spawn(f func()) {
	t.starting.Lock()
	defer t.starting.Unlock()
	if t.ctx.Err() == nil {
		t.ended.Go(f)
	}
}

// stop is called when the icon is gone.
func (t *tray) stop() {
	t.starting.Lock()
	t.cancel()
	t.starting.Unlock()
	t.ended.Wait()
	t.desktop.Close()
}

// settle does what has to wait until the desktop is ready, which systray does not tell:
// it drops an icon that is set while it registers, so the icon is drawn again. On a
// desktop without a place for icons the user is told once what still works; the icon
// comes by itself when such a place does.
func (t *tray) settle() {
	for _, after := range []time.Duration{time.Second, 4 * time.Second} { // a panel may start after the tray
		select {
		case <-time.After(after):
		case <-t.ctx.Done():
			return
		}
		t.mu.Lock()
		t.drawn = drawn{}
		t.show()
		t.mu.Unlock()
	}
	shed()
	if !t.desktop.HasTray() {
		t.desktop.Notify(t.words.Title, t.words.Alert.NoDesktopIcon, "", nil)
	}
}

// repaint draws the icon for panels as they are now.
func (t *tray) repaint() {
	panel := t.desktop.Panel()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.panel = panel
	t.show()
}

// change changes what is known and shows it, and tells the user what is new.
func (t *tray) change(f func(*view.Seen)) {
	t.mu.Lock()
	f(&t.seen)
	t.seen.Now = time.Now()
	t.show()
	news := t.notices.Of(&t.seen)
	paused := t.seen.Paused
	t.mu.Unlock()
	if !paused {
		t.notify(news)
	}
}

// notify tells the user. It does not wait for the desktop.
func (t *tray) notify(news []view.Notice) {
	for _, n := range news {
		var click func()
		if n.Page != "" {
			click = func() { t.click(view.Act{Do: view.OpenConsole, Arg: n.Page}) }
		}
		t.spawn(func() { t.desktop.Notify(t.words.Title, n.Text, t.words.Notice.ActionOpen, click) })
	}
}

// tell tells the user how something that they asked for has ended.
func (t *tray) tell(text string) { t.notify([]view.Notice{{Text: text}}) }

// show draws what is known, where it differs from what is drawn. The mutex is held.
func (t *tray) show() {
	v := view.Of(&t.seen, t.words)
	if now := (drawn{v.Mood, t.panel, v.State}); t.drawn != now {
		setIcon(icon.Of(v.Mood, t.panel))
		systray.SetTooltip(t.words.Title + " – " + v.State)
		t.drawn = now
	}
	t.menu.show(v.Menu)
}
