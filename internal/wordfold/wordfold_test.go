package wordfold

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// What cooks type and what names contain fold to the same words.
func TestWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                            "",
		" -- !? ":                     "",
		"Crème Brûlée":                "creme brulee",
		"CREME BRU\u0302LE\u0301E":    "creme brulee",
		"Käsespätzle mit Röstzwiebel": "kasespatzle mit rostzwiebel",
		"Süßkartoffel":                "susskartoffel",
		"STRAẞE Straße":               "strasse strasse",
		"Smørrebrød":                  "smorrebrod",
		"Æbleskiver, œufs":            "aebleskiver oeufs",
		"Żurek z kiełbasą":            "zurek z kielbasa",
		"Đậu phụ":                     "dau phu",
		"İmam bayıldı":                "imam bayildi",
		"Þorramatur":                  "thorramatur",
		"ΜΟΥΣΑΚΆΣ Μουσακάς":           "μουσακασ μουσακασ",
		"Борщ Ёлка":                   "борщ елка",
		"Grandma's Grandma’s":         "grandmas grandmas",
		"Grandma´s grandma`s":         "grandmas grandmas",
		"Don't":                       "dont",
		"Rock'n'roll":                 "rocknroll",
		"O'Brien potatoes":            "obrien potatoes",
		"Soupe à l’oignon":            "soupe a l oignon",
		"Pasta all'arrabbiata":        "pasta all arrabbiata",
		"Filet d'agneau":              "filet d agneau",
		"'quoted'":                    "quoted",
		"col·lecció":                  "colleccio",
		"U.S.A. 7.5 1,000":            "u s a 7 5 1 000",
		"gluten-free snake_case":      "gluten free snake case",
		"1½ cups":                     "1 1 2 cups",
		"350° oven":                   "350 oven",
		"ﬁve ｆｕｌｌ":                    "five full",
		"豆腐":                          "豆 腐",
		"カレーライス":                      "カレーライス",
		"がぎ":                          "が ぎ",
		"김치찌개":                        "김치찌개",
		"शाही पनीर":                   "शाही पनीर",
		"חֻמּוּס":                     "חמוס",
		"كُشَرِي":                     "كشري",
		"🍕 night":                     "🍕 night",
		"cheese\u00ADcake":            "cheesecake",
		"mac\u200bandcheese":          "macandcheese",
		"bad \xff\xfe bytes":          "bad bytes",
	} {
		require.Equal(t, want, strings.Join(Words(text), " "), "words of %q", text)
	}
}

// Trade signs are not letters, and all apostrophes are the same.
func TestSigns(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Ball® Mix™":        "ball mix",
		"Coke™Zero":         "coke zero",
		"SM℠ ©2020 Ⓡ":       "sm 2020",
		"Mac & Cheese":      "mac cheese",
		"Mac ＆ Cheese":      "mac cheese",
		"Poʼboy po׳boy":     "poboy poboy",
		"Poʾboy po‵boy":     "poboy poboy",
		"Hawaiʻian Hawaiˈi": "hawaiian hawaii",
	} {
		require.Equal(t, want, strings.Join(Words(text), " "), "words of %q", text)
	}
}

// What separates two parts decides whether they may be written as one word.
func TestJoined(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"N'awlins N’awlins": "n+awlins n+awlins",
		"gluten-free":       "gluten+free",
		"gluten‑free":       "gluten+free",
		"gluten - free":     "gluten free",
		"gluten--free":      "gluten free",
		"B.L.T. sandwich":   "b+l+t sandwich",
		"PB&J":              "pb &+j",
		"mac & cheese":      "mac & cheese",
		"Apfel- und Birne":  "apfel und birne",
		"-free":             "free",
		"豆腐":                "豆 腐",
	} {
		var b strings.Builder
		for i, token := range Tokens(text) {
			switch {
			case token.Joined:
				b.WriteByte('+')
			case i > 0:
				b.WriteByte(' ')
			}
			b.WriteString(token.Word)
		}
		require.Equal(t, want, b.String(), "tokens of %q", text)
	}
}

// A sort key stays small enough for a URL and never ends in half a character.
func TestKeyIsBounded(t *testing.T) {
	t.Parallel()
	key := Key(strings.Repeat("й漢", 500))
	require.LessOrEqual(t, len(key), MaxKeyBytes)
	require.Greater(t, len(key), MaxKeyBytes-utf8.UTFMax)
	require.True(t, utf8.ValidString(key))
}

// The fast path for ASCII gives the same words as the general one.
func TestASCIITokensAreTheSame(t *testing.T) {
	t.Parallel()
	text := rapid.StringOf(rapid.OneOf(
		rapid.RuneFrom([]rune("abcelostuABDEL019 '.,:;_-/&")),
		rapid.Map(rapid.IntRange(0, 127), func(i int) rune { return rune(i) }),
	))
	rapid.Check(t, func(t *rapid.T) {
		s := text.Draw(t, "text")
		// An ignorable character forces the general path.
		require.Equal(t, Tokens("\u2060"+s), Tokens(s))
	})
}

func requireFolded(t require.TestingT, text string) {
	words := Words(text)
	for _, word := range words {
		require.NotEmpty(t, word)
		require.True(t, utf8.ValidString(word))
		for _, r := range word {
			require.True(t, isWordRune(r), "%q in %q", r, word)
		}
	}
	// Folding a folded text again, in a client or a second index, changes nothing.
	require.Equal(t, words, Words(strings.Join(words, " ")), "folded twice: %q", text)
	require.LessOrEqual(t, len(Key(text)), MaxKeyBytes)
}

// Folding is idempotent and returns only word characters, for any text.
func TestWordsOfAnyText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) { requireFolded(t, rapid.String().Draw(t, "text")) })
}

// Case never matters.
func TestCaseNeverMatters(t *testing.T) {
	t.Parallel()
	text := rapid.StringOf(rapid.RuneFrom([]rune("abzäöüßøæœłđıñçéΣσςщёİŉ ŋ'’-")))
	rapid.Check(t, func(t *rapid.T) {
		s := text.Draw(t, "text")
		require.Equal(t, Words(s), Words(strings.ToUpper(s)))
	})
}

func FuzzWords(f *testing.F) {
	for _, seed := range []string{"Crème brûlée", "l'oignon", "1½", "がぎ\u3099", "🍕\u200d🍕", "\xff", "ﷺ", "İŉ"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) { requireFolded(t, text) })
}

func BenchmarkWords(b *testing.B) {
	for name, text := range map[string]string{
		"ascii":   "Slow roasted pork shoulder with Grandma's beans",
		"unicode": "Crème brûlée à l’orange et Süßkartoffeln",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Words(text)
			}
		})
	}
}
