package main

import "fyne.io/systray"

// setIcon shows a black picture that the system paints.
func setIcon(data []byte) { systray.SetTemplateIcon(data, data) }
