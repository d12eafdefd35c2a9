// Package id defines the spelling of the ids of users, recipes and files.
package id

import "strings"

// Length and shape of an id such as 0190a7c4-5f0e-7b7e-9c3a-2f6d1c0e8a55.
const (
	shape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"
	hex   = "0123456789abcdef"
)

// Is reports whether a text is an id in its one canonical spelling. Ids are part of keys, subjects
// and URLs, where another spelling of the same UUID (capitals, braces, "urn:uuid:", no dashes),
// which libraries and PostgreSQL also accept, would be a different key.
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
