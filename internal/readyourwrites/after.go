// Package readyourwrites makes a user read their own writes. A command answers with what it wrote, as an
// After in the header Larder-After, and leaves a mark of it in Redis. A read that finds either one
// answers with that version or a newer one, wherever it has to look for it.
package readyourwrites

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Header is the name of the HTTP header that carries an After: in the answer to a command, and sent
// back by the caller with the next read.
const Header = "Larder-After"

// ErrBadAfter is the error of reading an After that isn't "<id>@<version>".
var ErrBadAfter = errors.New("it must be <id>@<version>, as a command answered it")

// maxHeader bounds what is read from outside: an id of 36 characters, a sign, 19 digits, and some room.
const maxHeader = 128

// After says that a thing was written up to a version. The zero After says nothing.
type After struct {
	ID      string
	Version int64
}

// Parse reads the value of the header. An empty value gives the zero After. Any other value that isn't
// "<id>@<version>" gives ErrBadAfter.
func Parse(header string) (After, error) {
	if header == "" {
		return After{}, nil
	}
	id, digits, found := strings.Cut(header, "@")
	version, err := strconv.ParseInt(digits, 10, 64)
	if len(header) > maxHeader || !found || id == "" || err != nil || version < 1 || !isToken(id) {
		return After{}, fmt.Errorf("read %s: %w", Header, ErrBadAfter)
	}
	return After{ID: id, Version: version}, nil
}

// String gives the value of the header, "" for the zero After.
func (a After) String() string {
	if a.IsZero() {
		return ""
	}
	return a.ID + "@" + strconv.FormatInt(a.Version, 10)
}

// IsZero tells that nothing is asked for.
func (a After) IsZero() bool { return a.ID == "" }

// isToken keeps out what has no place in an id, since an id goes into the names of keys.
func isToken(id string) bool {
	return !strings.ContainsFunc(id, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
	})
}
