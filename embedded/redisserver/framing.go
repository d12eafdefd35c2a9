package redisserver

import "errors"

// bounds limit the size of a command.
type bounds struct {
	arguments int // of a command, including its name
	argument  int // bytes of one
	command   int // bytes in all, including framing
}

// Before login a client only sends its name and password. After it, the largest commands are the
// cache projection's batches of some hundred recipes.
//
//nolint:gochecknoglobals // constants
var (
	strangerBounds = bounds{arguments: 16, argument: 256, command: 1 << 10}
	clientBounds   = bounds{arguments: 1 << 17, argument: 16 << 20, command: 512 << 20}
)

// Errors for bytes that aren't a Redis command, or are too large a one.
var (
	errNoCommand = errors.New("expected an array of bulk strings")
	errTooLarge  = errors.New("too big a command")
)

// lengthDigits bounds the digits read of a length: no bound has as many.
const lengthDigits = 10

// framing parses a client's byte stream and stops it at the first frame that is malformed or
// exceeds the bounds. The library that executes commands trusts every length: it allocates memory
// before any data arrives, and crashes the process on an impossible length or an array without a
// command.
type framing struct {
	bounds bounds
	next   part

	arguments int // left in the command
	digits    int // read of a length
	length    int // as read so far; then bytes left in the argument
	command   int // bytes read of it
}

// part is what the parser expects next.
type part int

const (
	partArray    part = iota // the '*' of a command
	partBulk                 // the '$' of an argument
	partLength               // a digit of either's length, or the CR after it
	partLengthLF             // the LF after a length
	partBody                 // a byte of an argument
	partBodyCR               // the CR after it
	partBodyLF               // the LF after it
)

// take parses up to the end of one command and returns how many bytes it took. whole reports
// whether the command is complete.
func (f *framing) take(bytes []byte) (taken int, whole bool, err error) {
	for taken < len(bytes) {
		if f.next == partBody {
			taken += f.skip(len(bytes) - taken)
			continue
		}
		whole, err = f.step(bytes[taken])
		taken++
		f.command++
		if f.command > f.bounds.command {
			err = errTooLarge
		}
		if whole {
			f.command = 0
		}
		if whole || err != nil {
			return taken, whole, err
		}
	}
	return taken, false, nil
}

// skip consumes an argument's bytes, of which there are available.
func (f *framing) skip(there int) int {
	n := min(there, f.length)
	f.length -= n
	f.command += n
	if f.length == 0 {
		f.next = partBodyCR
	}
	return n
}

func (f *framing) step(b byte) (whole bool, err error) {
	switch {
	case f.next == partArray && b == '*', f.next == partBulk && b == '$':
		f.length, f.digits = 0, 0
		if b == '*' {
			f.arguments = 0
		}
		f.next = partLength
	case f.next == partLength && b >= '0' && b <= '9':
		f.length = f.length*10 + int(b-'0')
		f.digits++
		if f.digits > lengthDigits {
			return false, errTooLarge
		}
	case f.next == partLength && b == '\r' && f.digits > 0:
		f.next = partLengthLF
	case f.next == partLengthLF && b == '\n':
		return false, f.endLength()
	case f.next == partBodyCR && b == '\r':
		f.next = partBodyLF
	case f.next == partBodyLF && b == '\n':
		return f.endArgument(), nil
	default:
		return false, errNoCommand
	}
	return false, nil
}

// endLength handles a complete length: a command's argument count, or an argument's bytes.
func (f *framing) endLength() error {
	if f.arguments == 0 {
		if f.length == 0 {
			return errNoCommand
		}
		if f.length > f.bounds.arguments {
			return errTooLarge
		}
		f.arguments, f.next = f.length, partBulk
		return nil
	}
	if f.length > f.bounds.argument || f.command+f.length > f.bounds.command {
		return errTooLarge
	}
	f.next = partBody
	if f.length == 0 {
		f.next = partBodyCR
	}
	return nil
}

func (f *framing) endArgument() (whole bool) {
	f.next = partBulk
	f.arguments--
	if f.arguments == 0 {
		f.next = partArray
		return true
	}
	return false
}
