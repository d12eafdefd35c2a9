package bench

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"larder.dev/internal/wordfold"
	"larder.dev/test/larder"
)

const (
	searchClients = 8
	searchesATurn = 250 // per client
	searchLimit   = 20
)

// wish is a search that finds something.
type wish struct {
	user *larder.Client
	text string
}

// measureSearch searches through HTTP, including the session check and completing the page, against
// a plain client sending Elasticsearch the same query. Turns alternate, with the same searches. It
// asks the query API directly, not nginx in front, since in the tests that route passes through
// this process.
func measureSearch(b *testing.B, t *table, parts *larder.Parts, users []cookOf) {
	b.Helper()
	readers := slices.Clone(users)
	for i, user := range users {
		readers[i].Client = user.At(b, parts.Part("query-api"))
	}
	wishes := someWishes(b, readers)
	stores := parts.RunFile(b)
	elastic := newBareElastic(stores.ElasticsearchURL, stores.ElasticsearchAlias)
	var byDatabase atomic.Int64 // answered by PostgreSQL, since Elasticsearch was too slow
	ours := func(w wish) error {
		answer, err := w.user.Try(larder.Request{
			Method: http.MethodGet, Path: fmt.Sprintf("/api/recipes?limit=%d&q=%s", searchLimit, url.QueryEscape(w.text)),
		})
		if err != nil {
			return err
		}
		if answer.Status != http.StatusOK {
			return fmt.Errorf("the search for %q: %d %s", w.text, answer.Status, answer.Body)
		}
		if answer.Header.Get("Larder-Served-By") != "search" {
			byDatabase.Add(1)
		}
		return nil
	}
	bare := func(w wish) error { return elastic.search(w.user.User.ID, w.text, searchLimit, true) }
	nameless := func(w wish) error { return elastic.search(w.user.User.ID, w.text, searchLimit, false) }
	searches(b, wishes, ours) // doesn't count
	searches(b, wishes, bare)
	var larderTook, bareTook, namelessTook []time.Duration
	for range rounds {
		larderTook = append(larderTook, searches(b, wishes, ours)...)
		bareTook = append(bareTook, searches(b, wishes, bare)...)
		namelessTook = append(namelessTook, searches(b, wishes, nameless)...)
	}
	for _, p := range []int{50, 99} {
		l, r := percentile(larderTook, p), percentile(bareTook, p)
		ratio := float64(l) / float64(r)
		b.ReportMetric(ratio, fmt.Sprintf("p%d-of-bare", p))
		t.add(figure{
			what: fmt.Sprintf("search through HTTP, %d recipes of %d users, %d clients, p%d",
				manyUsersTotal, manyUsers, searchClients, p),
			larder: inMillis(l), bare: inMillis(r) + " (the query by itself, with names)",
			ratio: fmt.Sprintf("%.2f", ratio), target: "≤ 1.5", met: ratio <= 1.5,
		})
		n := percentile(namelessTook, p)
		t.add(figure{
			what:   fmt.Sprintf("the same, p%d, against the query for ids alone, which is what Larder asks", p),
			larder: inMillis(l), bare: inMillis(n), ratio: fmt.Sprintf("%.2f", float64(l)/float64(n)),
		})
	}
	t.add(figure{
		what:   fmt.Sprintf("of %d such searches answered by PostgreSQL instead", len(larderTook)+len(wishes)),
		larder: strconv.FormatInt(byDatabase.Load(), 10), target: "0", met: byDatabase.Load() == 0,
	})
	b.ReportMetric(0, "ns/op")
}

// someWishes are whole words of names and prefixes.
func someWishes(b *testing.B, users []cookOf) []wish {
	b.Helper()
	random := rand.New(rand.NewPCG(1, 1)) // the same in each run
	var wishes []wish
	for len(wishes) < searchClients*searchesATurn {
		user := users[random.IntN(len(users))]
		for _, item := range user.Search(b, "limit", "20").Items {
			words := wordfold.Words(item.Name)
			if len(words) == 0 {
				continue
			}
			text := words[random.IntN(len(words))]
			if runes := []rune(text); len(runes) > 4 && random.IntN(2) == 0 {
				text = string(runes[:4])
			}
			wishes = append(wishes, wish{user: user.Client, text: text})
		}
	}
	random.Shuffle(len(wishes), func(i, j int) { wishes[i], wishes[j] = wishes[j], wishes[i] })
	return wishes[:searchClients*searchesATurn]
}

// searches gives each client its share of the wishes, and returns how long each took.
func searches(b *testing.B, wishes []wish, do func(wish) error) []time.Duration {
	b.Helper()
	took := make([]time.Duration, len(wishes))
	var group errgroup.Group
	for client := range searchClients {
		group.Go(func() error {
			for i := client; i < len(wishes); i += searchClients {
				began := time.Now()
				if err := do(wishes[i]); err != nil {
					return err
				}
				took[i] = time.Since(began)
			}
			return nil
		})
	}
	require.NoError(b, group.Wait())
	return took
}
