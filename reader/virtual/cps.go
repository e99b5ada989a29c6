package virtual

import (
	"strconv"
)

// File identifiers and application identifiers of the CPS (GIP-CPS IAS-ECC).
const (
	idMF        = 0x3F00
	idDIR       = 0x2F00
	idATR       = 0x2F01
	idSerial    = 0xD003
	idUpdated   = 0xD010 // EF_ACTUA
	idSituation = 0xD120 // the first of 16
	idPKCS15    = 0x0001
	idODF       = 0x5031
	idTokenInfo = 0x5032
)

var (
	aidRoot   = mustHex("80250000 01FF0100")
	aidPKCS15 = mustHex("E828BD080F 80250000 01FF0010")

	// efATR is the EF.ATR of a CPS3 byte for byte: middleware checks it.
	efATR = mustHex("8043 01 B8 4604 04B0ECC1 4703 940180 4F08 8025000001FF0100" +
		"E010 02020104 02020104 02020100 02020100 7808 06062B8122F87802 8202 9000")
)

// maxTries is how often a wrong code may follow another before it is blocked.
const maxTries = 3

// cps is a CPS3, or a CPS4 when channel is 1.
type cps struct {
	cursor
	keys    *identity
	code    string
	channel byte // the only class byte that it answers to, chaining aside
	open    bool // the logical channel is open; always on channel 0

	tries    int // survives a reset, as in the card's memory
	verified bool
	env      environment
	chained  []byte // data of a command that is not complete yet
	objects  map[string]object
}

func newCPS(spec *Spec, keys *identity) *cps {
	c := &cps{
		cursor: newCursor(cpsFiles(spec, keys)),
		keys:   keys,
		code:   spec.PIN.Code,
		tries:  maxTries,
	}
	if spec.Kind == KindCPS4 {
		c.channel = 1
	}
	if spec.PIN.Tries != nil {
		c.tries = *spec.PIN.Tries
	}
	c.objects = c.dataObjects()
	c.reset()
	return c
}

func (c *cps) reset() {
	c.cursor.reset()
	c.open = c.channel == 0
	c.verified = false
	c.env = environment{}
	c.chained = nil
}

// classChaining says that more data of the same command follows (ISO/IEC 7816-4).
const classChaining = 0x10

func (c *cps) execute(cmd command) ([]byte, uint16) {
	if sw := c.checkClass(cmd); sw != swOK {
		return nil, sw
	}
	if cmd.cla&classChaining != 0 {
		return nil, c.chain(cmd)
	}
	cmd.data = append(c.chained, cmd.data...)
	c.chained = nil
	switch cmd.ins {
	case insSelect:
		return c.selectCommand(cmd)
	case insReadBinary:
		return c.readBinary(cmd, c.verified)
	case insVerify:
		return nil, c.verify(cmd)
	case insGetObject:
		return c.getObject(cmd)
	case insManageEnv:
		return nil, c.manageEnvironment(cmd)
	case insPerformOp:
		return c.performOperation(cmd)
	case insAuthenticate:
		return c.internalAuthenticate(cmd)
	}
	return nil, swINS
}

// checkClass lets through the commands of the card's channel. The first SELECT
// on channel 1 opens it: what a CPS4 does before that is [ours].
func (c *cps) checkClass(cmd command) uint16 {
	switch class := cmd.cla &^ classChaining; {
	case class == c.channel && (c.open || cmd.ins == insSelect):
		return swOK
	case class == c.channel:
		return swChannel
	case class == 0x00 && cmd.ins == insSelect:
		return swFileNotFound
	case class == 0x00:
		return swINS
	}
	return swCLA
}

// chain keeps the data of a command whose last part is still to come. Only the
// raw RSA of a CPS4 is longer than one APDU.
func (c *cps) chain(cmd command) uint16 {
	if cmd.ins != insPerformOp || len(c.chained)+len(cmd.data) > 2*maxShort {
		c.chained = nil
		return swLastExpected
	}
	c.chained = append(c.chained, cmd.data...)
	return swOK
}

func (c *cps) selectCommand(cmd command) ([]byte, uint16) {
	f, sw := c.selectFile(cmd)
	if sw != swOK {
		return nil, sw
	}
	c.open = true
	switch cmd.p2 {
	case 0x00, 0x04:
		return f.fcp(), swOK
	case 0x0C:
		return nil, swOK
	}
	return nil, swWrongP1P2
}

// verify executes VERIFY. Without data it tells the state of the code and uses
// up no try; a code that has not 4 characters uses up none either [ours].
func (c *cps) verify(cmd command) uint16 {
	switch {
	case cmd.p1 != 0x00:
		return swWrongP1P2
	case cmd.p2 != 0x01:
		return swObjectNotFound
	case len(cmd.data) == 0 && c.verified:
		return swOK
	case c.tries == 0:
		return swBlocked
	case len(cmd.data) == 0:
		return swTries | uint16(c.tries)
	case len(cmd.data) != len(c.code):
		return swWrongLength
	case string(cmd.data) == c.code:
		c.tries, c.verified = maxTries, true
		return swOK
	}
	c.verified = false
	c.tries--
	return swTries | uint16(c.tries)
}

// cpsFiles lays out the card. Public material names the files of the situations
// and of EF_ACTUA but not their folder: they are in both [ours], so that a driver
// that follows either reading finds them.
func cpsFiles(spec *Spec, keys *identity) *file {
	app := &file{id: idPKCS15, aid: aidPKCS15, children: pkcs15Files(spec, keys)}
	root := &file{id: idMF, aid: aidRoot, children: []*file{
		{id: idDIR, sfi: 0x1E, data: efDIR()},
		{id: idATR, sfi: 0x1D, data: efATR},
		{id: idSerial, sfi: 0x1C, data: tlv(0x5A, keys.serial)},
		app,
	}}
	professional := professionalFiles(spec)
	root.children = append(root.children, professional...)
	app.children = append(app.children, professional...)
	return root
}

// efDIR has one application record. Without the path (51) middleware does not
// find the application.
func efDIR() []byte {
	return tlv(0x61,
		tlv(0x4F, aidPKCS15),
		tlv(0x50, []byte("CPS")),
		tlv(0x51, mustHex("3F000001")))
}

func professionalFiles(spec *Spec) []*file {
	var files []*file
	if spec.Updated != nil {
		files = append(files, &file{id: idUpdated, data: []byte(*spec.Updated)})
	}
	for _, s := range spec.Situations {
		files = append(files, &file{
			id:       idSituation + uint16(s.Index),
			data:     encodeSituation(s),
			afterPIN: true,
		})
	}
	return files
}

// encodeSituation lays out a situation d'exercice. The real layout is not public:
// this one is [ours]. Fields that are empty are left out.
func encodeSituation(s Situation) []byte {
	optam := "0"
	if s.OPTAM {
		optam = "1"
	}
	return tlv(0xE0,
		tlv(0x80, []byte{byte(s.Index)}),
		text(0x81, s.NumeroAM),
		text(0x82, s.Specialite),
		text(0x83, strconv.Itoa(s.Convention)),
		text(0x84, optam),
		text(0x85, s.ZoneTarif),
		text(0x86, s.ZoneIK),
		text(0x87, s.Structure),
		text(0x88, s.StructureID),
		text(0x89, s.Exercice))
}

// text encodes s under tag, or nothing when s is empty.
func text(tag uint16, s string) []byte {
	if s == "" {
		return nil
	}
	return tlv(tag, []byte(s))
}
