//go:build !darwin

package main

import "fyne.io/systray"

func setIcon(data []byte) { systray.SetIcon(data) }
