package journal

// Projection derives state from one record and the derived state so far. It must depend on nothing else, neither clock
// nor random nor I/O: the journal is replayed and has to give the same state again. An error refuses the record.
type Projection func(r Record, w Writer) error

// Writer is the derived state as a projection sees it: with the writes of all earlier records.
type Writer interface {
	// Get returns the value of a key, and false if it was never set or is hidden.
	Get(key string) ([]byte, bool, error)
	// Set gives a key of 1 to 1024 bytes a value. An empty value hides the key: it is no longer found or scanned.
	// There is no deletion, because deleted keys have come back (Badger before 4.9.3).
	Set(key string, value []byte) error
}

// maxKey is the longest derived key, in bytes.
const maxKey = 1024

// overlay is the Writer of one update: what it writes is kept apart until all of it is accepted.
type overlay struct {
	below func(key string) ([]byte, bool, error)
	sets  map[string][]byte
	order []string // keys of sets, in order of first writing
	size  int      // bytes in sets, overwritten values included
}

func newOverlay(below func(string) ([]byte, bool, error)) *overlay {
	return &overlay{below: below, sets: make(map[string][]byte)}
}

func (o *overlay) Get(key string) ([]byte, bool, error) {
	if v, ok := o.sets[key]; ok {
		return append([]byte(nil), v...), len(v) > 0, nil
	}
	return o.below(key)
}

func (o *overlay) Set(key string, value []byte) error {
	if len(key) == 0 || len(key) > maxKey {
		return invalid("cannot derive", "a key has %d bytes; it must have 1 to %d", len(key), maxKey)
	}
	if _, ok := o.sets[key]; !ok {
		o.order = append(o.order, key)
	}
	o.sets[key] = append([]byte(nil), value...)
	o.size += len(key) + len(value)
	return nil
}
