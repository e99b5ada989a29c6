package fse

import "strings"

// NIR is a social security number that ParseNIR read: 13 characters and, unless
// it is anonymous, the 2-digit key. Its String is the number in clear; logs and
// messages use Masked.
type NIR struct{ text string }

// NIRKind is what the first character of a NIR says.
type NIRKind uint8

// The kinds of NIR.
const (
	NIRNormal     NIRKind = iota // 1 man, 2 woman
	NIRRare                      // 3, 4: seen, not documented
	NIRMigrant                   // 5, 6: passing migrant, provisional
	NIRProvisoire                // 7, 8: provisional
	NIRAnonyme                   // A555555CCCzzz: anonymous invoicing, without a name
)

// Libelle returns the kind as the screen shows it.
func (k NIRKind) Libelle() string {
	switch k {
	case NIRRare:
		return "premier chiffre rare"
	case NIRMigrant:
		return "migrant, provisoire"
	case NIRProvisoire:
		return "provisoire"
	case NIRAnonyme:
		return "anonyme"
	}
	return "normal"
}

// nirFault is what is wrong with a NIR: a code of Issue, or "".
type nirFault = string

// ParseNIR reads a NIR with its key, spaces allowed. Its error is a *NIRError.
// The issues are warnings: a NIR whose key is right is never refused.
func ParseNIR(s string) (NIR, []Issue, error) {
	n, fault := parseNIR(s)
	if fault != "" {
		return NIR{}, nil, &NIRError{Code: fault}
	}
	var warnings []Issue
	for _, code := range n.warnings() {
		if code != "" {
			warnings = append(warnings, newIssue(code, "nir"))
		}
	}
	return n, warnings, nil
}

// NIRError refuses a NIR. It never holds the number.
type NIRError struct {
	Code string // NIR_ABSENT, NIR_FORMAT or NIR_CLE
}

func (e *NIRError) Error() string { return codeIndex[e.Code].Message }

func parseNIR(s string) (NIR, nirFault) {
	if len(s) > 15 { // spaces between the groups of digits
		s = strings.NewReplacer(" ", "", "\u00a0", "").Replace(s)
	}
	if s == "" {
		return NIR{}, CodeNIRAbsent
	}
	if anonymousNIR(s) {
		return NIR{s}, ""
	}
	if len(s) != 15 || s[0] < '1' || s[0] > '8' {
		return NIR{}, CodeNIRFormat
	}
	key, ok := nirKey(s[:13])
	if !ok || s[13] < '0' || s[13] > '9' || s[14] < '0' || s[14] > '9' {
		return NIR{}, CodeNIRFormat
	}
	if key != int(s[13]-'0')*10+int(s[14]-'0') {
		return NIR{}, CodeNIRCle
	}
	return NIR{s}, ""
}

// anonymousNIR recognises A555555, then the caisse and a number of three characters each.
func anonymousNIR(s string) bool {
	if len(s) != 13 || !strings.HasPrefix(s, "A555555") {
		return false
	}
	for _, c := range []byte(s[7:]) {
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}

// nirKey computes 97 − (n mod 97) of 13 characters, 2A counting as 19 and 2B as 18.
func nirKey(s string) (int, bool) {
	n := 0
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= '0' && c <= '9':
			n = (n*10 + int(c-'0')) % 97
		case i == 6 && s[5] == '2' && (c == 'A' || c == 'B'):
			// "2A" replaces "19": one ten less and nine more than "2?" with ? = 0.
			tail := 9
			if c == 'B' {
				tail = 8
			}
			n = (n*10 - 10 + tail + 97) % 97
		default:
			return 0, false
		}
	}
	return 97 - n, true
}

// Key returns the two digits of the key, "" for an anonymous NIR.
func (n NIR) Key() string {
	if len(n.text) != 15 {
		return ""
	}
	return n.text[13:]
}

// String returns the number in clear, without spaces.
func (n NIR) String() string { return n.text }

// Masked returns what a log or a message may show: "2 97 ** ** *** *** **".
func (n NIR) Masked() string { return MaskNIR(n.text) }

// MaskNIR hides all of a NIR, valid or not, but its first three characters.
func MaskNIR(s string) string {
	if len(s) < 3 || !printable(s[:3]) {
		return "* ** ** ** *** *** **"
	}
	return s[:1] + " " + s[1:3] + " ** ** *** *** **"
}

func printable(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' && s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return true
}

// Kind says what the first character tells.
func (n NIR) Kind() NIRKind {
	switch n.text[:min(1, len(n.text))] {
	case "A":
		return NIRAnonyme
	case "3", "4":
		return NIRRare
	case "5", "6":
		return NIRMigrant
	case "7", "8":
		return NIRProvisoire
	}
	return NIRNormal
}

// yearMonth returns the two digits of the year and of the month, -1 and -1 for
// an anonymous NIR.
func (n NIR) yearMonth() (year, month int) {
	if len(n.text) != 15 {
		return -1, -1
	}
	return int(n.text[1]-'0')*10 + int(n.text[2]-'0'), int(n.text[3]-'0')*10 + int(n.text[4]-'0')
}

// warnings returns the codes of what is unusual in a valid NIR, "" where nothing is.
func (n NIR) warnings() [2]string {
	var w [2]string
	switch n.Kind() {
	case NIRRare:
		w[0] = CodeNIRPremierChiffre
	case NIRMigrant, NIRProvisoire:
		w[0] = CodeNIRProvisoire
	}
	if _, m := n.yearMonth(); m >= 0 && (m < 1 || m > 12) {
		w[1] = CodeNIRMois
	}
	return w
}
