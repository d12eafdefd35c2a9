package attack

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

const (
	longNames     = 10_000
	longNameRunes = 199
)

// Searches for many two-letter words, over names made only of such words, delay nobody.
func TestSearchForManyWords(t *testing.T) {
	t.Run("one process", func(t *testing.T) { searchForManyWords(t, larder.Start(t), "") })
	t.Run("on servers", func(t *testing.T) { searchForManyWords(t, larder.StartParts(t).Server, ", on servers") })
}

// The same while Elasticsearch is down, and the database answers instead.
func TestSearchForManyWordsInTheDatabase(t *testing.T) {
	parts := larder.NewPartsBehindDoors(t)
	parts.Migrate(t)
	parts.Start(t)
	victim, attacker := cooks(t, parts.Server)
	parts.Door("elasticsearch").Cut()
	served := victim.Do(t, http.MethodGet, "/api/recipes?q=soup", nil).Want(t, http.StatusOK).Header.Get("Larder-Served-By")
	require.Equal(t, "postgres", served)
	manyWords(t, victim, attacker, ", in the database")
}

func searchForManyWords(t *testing.T, server *larder.Server, where string) {
	t.Helper()
	victim, attacker := cooks(t, server)
	manyWords(t, victim, attacker, where)
}

// cooks returns a victim, and an attacker with names that are the most expensive to search.
func cooks(t *testing.T, server *larder.Server) (victim, attacker *larder.Client) {
	t.Helper()
	victim = cook(t, server)
	attacker = server.AddUser(t, "attacker")
	server.MustRun(t, "", "import", "--user", "attacker", larder.WriteLines(t, namesOfSyllables(t)))
	server.CaughtUpWithin(t, 2*time.Minute)
	return victim, attacker
}

func manyWords(t *testing.T, victim, attacker *larder.Client, where string) {
	t.Helper()
	trial{
		attack: "30 at once: ?q=ka lo mi … over 10,000 names of 199 characters" + where,
		victim: []act{searches(victim), reads(t, victim)},
		atOnce: 30,
		strike: func(_ context.Context, who, n int) (larder.Answer, error) {
			words := strings.Join(syllables[(who+n)%8:], " ")
			return attacker.Try(larder.Request{Method: http.MethodGet, Path: "/api/recipes?q=" + url.QueryEscape(words)})
		},
	}.run(t)
}

// A search that requires an impossible version doesn't wait for it.
func TestSearchAfterNoWrite(t *testing.T) {
	server := larder.Start(t)
	victim := cook(t, server)
	attacker := server.AddUser(t, "attacker")
	lines, _ := larder.Lines(t, 5_000)
	server.MustRun(t, "", "import", "--user", "attacker", larder.WriteLines(t, lines))
	server.CaughtUpWithin(t, time.Minute)
	known := attacker.Search(t, "limit", "1").Items[0].ID
	for name, id := range map[string]string{"a recipe that isn't there": "0190a7c4-5f0e-7b7e-9c3a-2f6d1c0e8a55", "one that is": known} {
		trial{
			attack: "40 at once: Larder-After: <uuid>@999999999 of " + name,
			victim: []act{searches(victim), reads(t, victim)},
			atOnce: 40,
			strike: func(context.Context, int, int) (larder.Answer, error) {
				return attacker.Try(larder.Request{
					Method: http.MethodGet, Path: "/api/recipes?q=soup", Headers: []string{"Larder-After", id + "@999999999"},
				})
			},
		}.run(t)
	}
}

//nolint:gochecknoglobals // the words of the attacker's names and searches
var syllables = strings.Fields("ka lo mi ne pu ra so ti va xu ya ze bo ce di fu go hi ja ku la mo ni pa re si to vu wa xi yo zu")

// namesOfSyllables returns recipes with names of maximum length, made of two-letter words.
func namesOfSyllables(tb testing.TB) [][]byte {
	tb.Helper()
	random := rand.New(rand.NewPCG(1, 1)) // the same in each run
	lines := make([][]byte, longNames)
	for i := range lines {
		var name strings.Builder
		for name.Len() < longNameRunes {
			name.WriteString(syllables[random.IntN(len(syllables))] + " ")
		}
		encoded, err := json.Marshal(larder.Named(name.String()[:longNameRunes]))
		require.NoError(tb, err)
		lines[i] = encoded
	}
	return lines
}
