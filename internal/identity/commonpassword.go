package identity

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/ccojocar/zxcvbn-go/data"
)

// IsCommonPassword reports whether a password is among an attacker's first guesses: in a list of
// common ones (also in capitals, with digits for letters, or with digits and signs around it), one
// of the words, such as the account's name, or a mere pattern of a few characters.
func IsCommonPassword(password string, words ...string) (bool, error) {
	common, err := commonPasswords()
	if err != nil {
		return false, err
	}
	for _, word := range words {
		common = append(common, strings.ToLower(word))
	}
	low := strings.ToLower(strings.TrimSpace(password))
	for _, guess := range []string{low, core(low), unleet.Replace(core(low)), core(unleet.Replace(low))} {
		if slices.Contains(common, guess) || isPattern(guess, common) {
			return true, nil
		}
	}
	return false, nil
}

// commonPasswords rereads the list each time: it is rarely needed and would occupy memory
// otherwise.
func commonPasswords() ([]string, error) {
	packed, err := data.Asset("data/Passwords.json")
	if err != nil {
		return nil, fmt.Errorf("read the common passwords: %w", err)
	}
	var list struct {
		List []string `json:"list"`
	}
	if err := json.Unmarshal(packed, &list); err != nil {
		return nil, fmt.Errorf("read the common passwords: %w", err)
	}
	return list.List, nil
}

// core strips the digits and signs that people put around a word.
func core(password string) string {
	return strings.TrimFunc(password, func(r rune) bool { return !unicode.IsLetter(r) && r != '@' && r != '$' })
}

// unleet maps the digits and signs that people write for letters.
//
//nolint:gochecknoglobals // a table, never written to
var unleet = strings.NewReplacer("@", "a", "4", "a", "3", "e", "1", "i", "!", "i", "0", "o", "$", "s", "5", "s", "7", "t")

// longestUnit is the longest unit whose repetition always counts as a pattern.
const longestUnit = 4

// isPattern reports whether a text repeats one unit, or is a sequence such as 123456789.
func isPattern(text string, common []string) bool {
	runes := []rune(text)
	if len(runes) == 0 {
		return false
	}
	for size := 1; size <= len(runes)/2; size++ {
		unit := runes[:size]
		repeats := true
		for i := range runes {
			repeats = repeats && runes[i] == unit[i%size]
		}
		if repeats && (size <= longestUnit || slices.Contains(common, string(unit))) {
			return true
		}
	}
	return steps(runes, 1) || steps(runes, -1)
}

// steps reports whether all but two characters follow their predecessor by step, with 0 after 9.
func steps(runes []rune, step rune) bool {
	others := 0
	for i := 1; i < len(runes); i++ {
		difference := runes[i] - runes[i-1]
		if difference != step && difference != -9*step {
			others++
		}
	}
	return len(runes) > 3 && others <= 2
}
