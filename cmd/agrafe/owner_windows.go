package main

// ownerOf knows no user: the folder's access list is what protects it there.
func ownerOf(string) (int, bool) { return 0, false }
