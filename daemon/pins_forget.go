package daemon

import "time"

// forget wipes the code of key, and tells whether there was one.
func (s *pins) forget(key pinKey) bool { return s.forgetWhere(func(k pinKey) bool { return k == key }) }

// forgetSerial wipes everybody's code of a card, and tells whether there was one.
func (s *pins) forgetSerial(serial string) bool {
	return s.forgetWhere(func(k pinKey) bool { return k.serial == serial })
}

// forgetCard wipes the codes of a card that was taken out: nobody is told what is shown
// of a card that has left.
func (s *pins) forgetCard(serial string) {
	s.wipeWhere(func(k pinKey) bool { return k.serial == serial })
}

// forgetAll wipes every code.
func (s *pins) forgetAll() { s.forgetWhere(func(pinKey) bool { return true }) }

// forgetWhere wipes the codes whose keys match, and tells whether there were any.
func (s *pins) forgetWhere(matches func(pinKey) bool) bool {
	serials := s.wipeWhere(matches)
	for _, serial := range serials {
		s.changed(serial)
	}
	return len(serials) > 0
}

// wipeWhere is forgetWhere without telling; it returns the cards of the codes.
func (s *pins) wipeWhere(matches func(pinKey) bool) (serials []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.asked {
		if matches(c.key) {
			s.page.end(c)
		}
	}
	for key := range s.sessions {
		if matches(key) && s.wipe(key) {
			serials = append(serials, key.serial)
		}
	}
	return serials
}

// wipeTime bounds the wait for a card that is just being shown a code: logind lets
// nobody delay the sleep of the machine for more than 5 s.
const wipeTime = 2 * time.Second

// ForgetCodes wipes every code, as when the user leaves the machine. When it returns
// there is none, but one that a card has been looking at for longer than wipeTime.
func (d *Daemon) ForgetCodes() {
	d.pins.forgetAll()
	limit := time.After(wipeTime)
	for {
		wiped := d.pins.showing()
		if wiped == nil {
			return
		}
		select {
		case <-wiped:
		case <-limit:
			return
		}
	}
}

// showing is closed when one of the codes that ended while a card is shown them is
// wiped, nil if there is none.
func (s *pins) showing() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.page.showing()
}

// close wipes every code and gives the page back.
func (s *pins) close() {
	s.forgetAll()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.page.close()
}
