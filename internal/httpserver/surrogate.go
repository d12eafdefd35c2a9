package httpserver

import "bytes"

// loneSurrogate finds an escape such as \ud83d in JSON text that is only half of a character, and
// returns the index of its backslash; -1 if there is none. It may look outside strings, where no
// escape is allowed anyway.
func loneSurrogate(body []byte) int {
	for at := 0; ; {
		next := bytes.IndexByte(body[at:], '\\')
		if next < 0 {
			return -1
		}
		at += next
		unit, ok := escapedUnit(body[at:])
		switch {
		case !ok:
			at = min(at+2, len(body)) // the backslash and what it escapes, perhaps a backslash
		case isLowSurrogate(unit):
			return at
		case isHighSurrogate(unit):
			low, ok := escapedUnit(body[at+6:])
			if !ok || !isLowSurrogate(low) {
				return at
			}
			at += 12
		default:
			at += 6
		}
	}
}

// escapedUnit reads \uXXXX at the beginning of text.
func escapedUnit(text []byte) (unit uint16, ok bool) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	for _, b := range text[2:6] {
		digit, ok := hexDigit(b)
		if !ok {
			return 0, false
		}
		unit = unit<<4 | digit
	}
	return unit, true
}

func hexDigit(b byte) (uint16, bool) {
	switch {
	case b >= '0' && b <= '9':
		return uint16(b - '0'), true
	case b >= 'a' && b <= 'f':
		return uint16(b-'a') + 10, true
	case b >= 'A' && b <= 'F':
		return uint16(b-'A') + 10, true
	default:
		return 0, false
	}
}

func isHighSurrogate(unit uint16) bool { return unit >= 0xd800 && unit < 0xdc00 }
func isLowSurrogate(unit uint16) bool  { return unit >= 0xdc00 && unit < 0xe000 }
