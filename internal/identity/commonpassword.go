package identity

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/ccojocar/zxcvbn-go/data"
)

// IsCommonPassword tells whether a password is among the first that somebody who guesses tries: one of a list of
// common ones (also in capitals, with digits for letters, or with digits and signs around it), one of the words,
// as the account's name, or so few different characters that it is no more than a pattern.
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

// commonPasswords reads the list anew each time: it is asked for once in a while, and would lie in memory else.
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

// core is what stands between the digits and signs that people put around a word.
func core(password string) string {
	return strings.TrimFunc(password, func(r rune) bool { return !unicode.IsLetter(r) && r != '@' && r != '$' })
}

// unleet reads the digits and signs that people write for letters.
//
//nolint:gochecknoglobals // a table, never written to
var unleet = strings.NewReplacer("@", "a", "4", "a", "3", "e", "1", "i", "!", "i", "0", "o", "$", "s", "5", "s", "7", "t")

// longestUnit is the longest piece whose repetition is a pattern, whatever the piece is.
const longestUnit = 4

// isPattern tells whether a text is one piece again and again, or characters one after the other as in 123456789.
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

// steps tells whether all but two characters follow the one before by the step, 9 and 0 included.
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
