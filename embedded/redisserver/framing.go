package redisserver

import "errors"

// bounds say how large a command may be.
type bounds struct {
	arguments int // of a command, its name among them
	argument  int // bytes of one
	command   int // bytes of all, with what stands around them
}

// Before the login a client says its name and password and nothing else. After it, the largest commands are those of the
// cache projection, whose batches have some hundred recipes.
//
//nolint:gochecknoglobals // constants
var (
	strangerBounds = bounds{arguments: 16, argument: 256, command: 1 << 10}
	clientBounds   = bounds{arguments: 1 << 17, argument: 16 << 20, command: 512 << 20}
)

// Errors of bytes that are no command of the Redis protocol, or too large a one.
var (
	errNoCommand = errors.New("expected an array of bulk strings")
	errTooLarge  = errors.New("too big a command")
)

// lengthDigits is how many digits of a length are read at most: no bound has as many.
const lengthDigits = 10

// framing follows the frames of a client's bytes, and stops it at the first that isn't well-formed or exceeds the bounds.
// The library that executes the commands believes every length: it makes room for what one says before a byte of
// it has come, ends the process at a length that can't be had, and at an array without a command.
type framing struct {
	bounds bounds
	next   part

	arguments int // yet to come of the command
	digits    int // read of a length
	length    int // as far as it is read; then bytes yet to come of the argument
	command   int // bytes read of it
}

// part is what comes next.
type part int

const (
	partArray    part = iota // the '*' of a command
	partBulk                 // the '$' of an argument
	partLength               // a digit of the length of either, or the end of its line
	partLengthLF             // the second byte of that end
	partBody                 // a byte of an argument
	partBodyCR               // the end of it
	partBodyLF               // its second byte
)

// take follows the bytes up to the end of a command at most, and gives how many those are. Whole tells that the
// command has ended.
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

// skip passes the bytes of an argument, of which so many are there.
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

// endLength takes the number that was read: how many arguments a command has, or how many bytes an argument.
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
