package recipe

import (
	"strings"
)

// FieldError says what is wrong with one field, named as in the JSON: "ingredients[2].text". It
// never repeats the value, which is the cook's own.
type FieldError struct {
	Field  string
	Detail string
}

// Invalid lists every field of a draft or grocery request that is outside its limits.
type Invalid []FieldError

// Error lists the fields.
func (e Invalid) Error() string {
	parts := make([]string, len(e))
	for i, f := range e {
		parts[i] = f.Field + ": " + f.Detail
	}
	return "invalid recipe: " + strings.Join(parts, "; ")
}
