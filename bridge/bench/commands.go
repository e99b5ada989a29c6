//go:build linux

package main

import (
	"fmt"
	"strings"

	"github.com/agrafe-fse/agrafe/reader/virtual"
)

// instruction names a command of a card by what it does here (ISO/IEC 7816-4,
// 7816-8).
func instruction(e virtual.Exchange) string {
	c := e.Command
	if len(c) < 4 {
		return "?"
	}
	switch {
	case c[1] == 0x20 && len(c) == 4:
		return "VERIFY (state of the code)"
	case c[1] == 0x20:
		return "VERIFY"
	case c[1] == 0x22 && c[3] == 0xAA:
		return "MSE SET hash"
	case c[1] == 0x22:
		return "MSE SET signature"
	case c[1] == 0x2A && c[2] == 0x90:
		return "PSO HASH"
	case c[1] == 0x2A && c[2] == 0x9E:
		return "PSO COMPUTE SIGNATURE"
	case c[1] == 0xA4:
		return fmt.Sprintf("SELECT %X", c[min(5, len(c)):])
	case c[1] == 0xB0 && c[2]&0x80 != 0:
		return fmt.Sprintf("READ BINARY file %02X", c[2]&0x1F)
	case c[1] == 0xB0:
		return fmt.Sprintf("READ BINARY at %d", int(c[2])<<8|int(c[3]))
	case c[1] == 0xC0:
		return "GET RESPONSE"
	case c[1] == 0xCA:
		return fmt.Sprintf("GET DATA %X", c[2:4])
	}
	return fmt.Sprintf("INS %02X", c[1])
}

// listing shows commands one by one, with how each ended.
func listing(list []virtual.Exchange) string {
	var lines []string
	for i, e := range list {
		lines = append(lines, fmt.Sprintf("\n    %d  %-28s → %d bytes, %04X", i+1, instruction(e), e.Length, e.Status))
	}
	return strings.Join(lines, "")
}

// read tells whether e reads a file other than the serial number's.
func read(e virtual.Exchange) bool {
	const serial = 0x80 | 0x1C
	return len(e.Command) > 2 && e.Command[1] == 0xB0 && e.Command[2] != serial
}
