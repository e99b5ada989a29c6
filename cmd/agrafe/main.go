// Command agrafe is the command line of Agrafe.
package main

import "os"

// version is set when the program is built.
var version = "dev"

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
