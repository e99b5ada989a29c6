package iso7816

// slice is the length asked for by one READ BINARY.
const slice = 0xFF

// maxOffset is the largest offset that READ BINARY can name.
const maxOffset = 0x7FFF

// ReadSFI reads the file with short identifier sfi in the current directory,
// whole, at most limit bytes, and makes it the current file. A file of up to 255
// bytes costs two exchanges, because the card corrects the length of the first,
// or one when size, from 1 to 254, is what it has. With a size that is too small
// only that many bytes are read.
func ReadSFI(ch Channel, cla, sfi byte, size, limit int) ([]byte, Status, error) {
	if size >= slice {
		size = 0
	}
	first, status, err := Send(ch, Command{CLA: cla, INS: 0xB0, P1: 0x80 | sfi, Le: size})
	if err != nil || status != OK {
		return nil, status, err
	}
	if len(first) < slice {
		return first, OK, nil
	}
	rest, status, err := readOn(ch, cla, len(first), limit)
	return append(first, rest...), status, err
}

// ReadCurrent reads the current file whole, at most limit bytes. A card that
// serves more than limit is refused with reader.Malformed.
func ReadCurrent(ch Channel, cla byte, limit int) ([]byte, Status, error) {
	return readOn(ch, cla, 0, limit)
}

func readOn(ch Channel, cla byte, offset, limit int) (file []byte, _ Status, err error) {
	for {
		at := offset + len(file)
		if at > maxOffset || at > limit {
			return nil, 0, malformed("the file does not end")
		}
		part, status, err := Send(ch, Command{CLA: cla, INS: 0xB0, P1: byte(at >> 8), P2: byte(at), Le: slice})
		switch {
		case err != nil:
			return nil, 0, err
		case status == endOfFile:
			return append(file, part...), OK, nil
		case status == WrongOffset && at > 0: // the file ended with the last slice
			return file, OK, nil
		case status != OK:
			return nil, status, nil
		}
		if file = append(file, part...); len(part) < slice {
			return file, OK, nil
		}
	}
}
