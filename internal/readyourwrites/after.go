// Package readyourwrites lets users read their own writes. A command returns what it wrote as an
// After in the header Larder-After, and leaves a mark of it in Redis. A read that finds either
// returns that version or a newer one, from whichever store has it.
package readyourwrites

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Header is the HTTP header that carries an After: in the answer to a command, and sent back by the
// caller with the next read.
const Header = "Larder-After"

// ErrBadAfter means that an After isn't "<id>@<version>".
var ErrBadAfter = errors.New("it must be <id>@<version>, as a command answered it")

// maxHeader bounds the input: an id of 36 characters, a sign, 19 digits, and some slack.
const maxHeader = 128

// After says up to which version a thing was written. The zero After requires nothing.
type After struct {
	ID      string
	Version int64
}

// Parse parses the header's value. An empty value is the zero After. Any other value that isn't
// "<id>@<version>" returns ErrBadAfter.
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

// String returns the header's value, "" for the zero After.
func (a After) String() string {
	if a.IsZero() {
		return ""
	}
	return a.ID + "@" + strconv.FormatInt(a.Version, 10)
}

// IsZero reports whether nothing is required.
func (a After) IsZero() bool { return a.ID == "" }

// isToken rejects characters that don't belong in an id, since ids become part of keys.
func isToken(id string) bool {
	return !strings.ContainsFunc(id, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
	})
}
