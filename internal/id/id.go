// Package id says how the ids of users, recipes and files are spelled.
package id

import "strings"

// length and shape of an id as 0190a7c4-5f0e-7b7e-9c3a-2f6d1c0e8a55.
const (
	shape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"
	hex   = "0123456789abcdef"
)

// Is tells whether a text is an id in the one spelling that every answer has. An id is part of keys, subjects and
// addresses, where another spelling of the same UUID (capital letters, braces, "urn:uuid:", no dashes), which libraries
// and PostgreSQL take as well, would be another thing.
func Is(text string) bool {
	if len(text) != len(shape) {
		return false
	}
	for i := range len(shape) {
		if dash := shape[i] == '-'; dash != (text[i] == '-') || !dash && strings.IndexByte(hex, text[i]) < 0 {
			return false
		}
	}
	return true
}
