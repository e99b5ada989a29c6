package main

import "testing"

// What a look for returns has brought, in one line.
func TestFetchedTold(t *testing.T) {
	for _, test := range []struct {
		name string
		got  fetched
		want string
	}{
		{"nothing", fetched{}, "no return"},
		{"several", fetched{Returns: 12, Payments: 10, Rejects: 1, Duplicates: 1}, "12 returns: 10 payments, 1 reject, 1 seen before"},
		{"one", fetched{Returns: 1, Accepted: 1}, "1 return: 1 acknowledgement"},
		{"others", fetched{Returns: 3, Others: 2, Unknown: 1}, "3 returns: 2 deferred or taken back, 1 of unknown meaning"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.got.counts(); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}
