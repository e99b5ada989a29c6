package paper

import _ "embed"

// Liberation Sans 2.1.5, under the SIL Open Font License 1.1 (fonts/LICENSE): whole
// and unchanged here; a PDF holds only the characters that it uses.
var (
	//go:embed fonts/LiberationSans-Regular.ttf
	fontRegular []byte
	//go:embed fonts/LiberationSans-Bold.ttf
	fontBold []byte
)

const fontName = "liberation"
