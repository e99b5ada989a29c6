// Package secret keeps what a user typed in memory that only this process reads, and
// that ends with it.
//
// Its contract: what is in a Page is outside the heap, where the collector would leave
// it behind, in one page that is not swapped and stands in no core file. A system that
// refuses to lock the page gives it all the same, and Fault says so: whoever shows the
// state of the program tells the user. Nothing here protects from a program of the same
// administrator, nor from hibernation, which writes locked pages to the disk too:
// wipe before the machine sleeps.
package secret

// Fault is why the page may be written to a disk, nil if it can't be.
func (p *Page) Fault() error { return p.fault }

// Bytes is the page, all of it. It is no longer to be touched after Free.
func (p *Page) Bytes() []byte { return p.data }
