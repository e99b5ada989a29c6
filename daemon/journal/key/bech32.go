package key

import "strings"

const bech32Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

// bech32 is the text encoding of BIP 173, which age writes its keys in: a label, the separator 1, the bytes 5 bits at a time and
// six check characters, all in capitals as the label is.
func bech32(label string, data []byte) string {
	var values []byte
	acc, n := 0, 0
	for _, b := range data {
		acc, n = acc<<8|int(b), n+8
		for n >= 5 {
			n -= 5
			values = append(values, byte(acc>>n&31))
		}
		acc &= 1<<n - 1
	}
	if n > 0 {
		values = append(values, byte(acc<<(5-n)&31))
	}
	sum := bech32Sum(append(bech32Label(label), values...))
	var b strings.Builder
	for _, v := range append(values, sum[:]...) {
		b.WriteByte(bech32Alphabet[v])
	}
	return label + "1" + strings.ToUpper(b.String())
}

func bech32Label(label string) []byte {
	label = strings.ToLower(label)
	var b []byte
	for i := range len(label) {
		b = append(b, label[i]>>5)
	}
	b = append(b, 0)
	for i := range len(label) {
		b = append(b, label[i]&31)
	}
	return b
}

func bech32Sum(values []byte) [6]byte {
	generator := [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3}
	c := uint32(1)
	for _, v := range append(values, 0, 0, 0, 0, 0, 0) {
		top := c >> 25
		c = (c&0x1ffffff)<<5 ^ uint32(v)
		for i, g := range generator {
			if top>>i&1 == 1 {
				c ^= g
			}
		}
	}
	c ^= 1
	var sum [6]byte
	for i := range sum {
		sum[i] = byte(c >> (5 * (5 - i)) & 31)
	}
	return sum
}
