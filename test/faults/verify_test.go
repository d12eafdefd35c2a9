package faults_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// account is what one user must have: all of it, once, and nothing else.
type account struct {
	client    *larder.Client
	recipes   map[string]dish      // by id
	groceries map[string]time.Time // request id → when it was acknowledged
}

// exceptions are an incident's permanent effects.
type exceptions struct {
	foreign []string  // ids of events in the stream that were never in the ledger
	newFeed time.Time // when the feed lost its contents: what was acknowledged before may or may not be on it
	copies  bool      // a failback may have kept recipes changed on both databases separately
}

// ofBefore is failback's suffix for such a copy's name.
const ofBefore = " (from before the failover)"

// withCopies adds a failback's copies of an account's recipes to what the account must have.
func withCopies(t *testing.T, primary *pgx.Conn, a account) account {
	t.Helper()
	a.recipes = maps.Clone(a.recipes)
	rows, err := primary.Query(t.Context(), `SELECT id::text, name, version, (SELECT count(*) FROM ingredients i
			WHERE i.user_id = r.user_id AND i.recipe_id = r.id)
		FROM recipes r WHERE user_id = $1 AND deleted_at IS NULL AND right(name, length($2)) = $2`, a.client.User.ID, ofBefore)
	require.NoError(t, err)
	var id string
	var of dish
	_, err = pgx.ForEachRow(rows, []any{&id, &of.name, &of.version, &of.rows}, func() error {
		a.recipes[id] = of
		return nil
	})
	require.NoError(t, err)
	return a
}

// verify inspects every place, once the projections report that they have everything.
func verify(t *testing.T, server *larder.Server, accounts []account) findings {
	t.Helper()
	return verifyBut(t, server, accounts, exceptions{})
}

func verifyBut(t *testing.T, server *larder.Server, accounts []account, but exceptions) findings {
	t.Helper()
	stores := server.RunFile(t)
	var f findings
	for _, projection := range server.Status(t).Projections {
		equalf(&f, 0, projection.Parked, "parked by %s", projection.Name)
	}
	primary := larder.Postgres(t, stores.PostgresURL)
	published := inStream(t, stores.NATSURL, but.foreign, &f)
	for _, a := range accounts {
		if but.copies {
			a = withCopies(t, primary, a)
		}
		inDatabase(t, "primary", primary, a, &f)
		inDatabase(t, "backup", larder.Postgres(t, stores.BackupPostgresURL), a, &f)
		inLedger(t, primary, a, published, &f)
		inSearch(t, a, &f)
		inDetail(t, a, &f)
	}
	equalf(&f, 0, len(published), "messages in the stream that the ledger hasn't: %v", published)
	onFeed(t, server, accounts, but.newFeed, &f)
	return f
}

// inDatabase compares the rows, and checks that a recipe has its own ingredients: all from one
// write, and no other.
func inDatabase(t *testing.T, place string, conn *pgx.Conn, a account, f *findings) {
	t.Helper()
	rows, err := conn.Query(t.Context(), `
		SELECT r.id::text, r.name, r.version, r.deleted_at IS NOT NULL,
			ARRAY(SELECT i.text FROM ingredients i WHERE i.user_id = r.user_id AND i.recipe_id = r.id ORDER BY i.position)
		FROM recipes r WHERE r.user_id = $1`, a.client.User.ID)
	require.NoError(t, err)
	defer rows.Close()
	seen := map[string]bool{}
	for rows.Next() {
		var id string
		var got dish
		var texts []string
		require.NoError(t, rows.Scan(&id, &got.name, &got.version, &got.deleted, &texts))
		got.rows = len(texts)
		seen[id] = true
		f.dishf(a.recipes[id], got, "recipe %s in the %s", id, place)
		for i, text := range texts {
			equalf(f, row(strings.TrimSuffix(got.name, ofBefore), i), text, "ingredient %d of %s in the %s", i, id, place)
		}
	}
	require.NoError(t, rows.Err())
	for id := range a.recipes {
		if !seen[id] {
			f.addf(lost, "recipe %s in the %s", id, place)
		}
	}
}

// message is a stream message, which the ledger also has.
type message struct {
	subject  string
	sequence uint64
}

// inStream reads the stream: each event is there once.
func inStream(t *testing.T, url string, foreign []string, f *findings) map[string]message {
	t.Helper()
	published := map[string]message{}
	for _, msg := range larder.Messages(t, larder.JetStream(t, url), "LARDER") {
		event := msg.Headers().Get("ce-id")
		if slices.Contains(foreign, event) {
			continue
		}
		if _, again := published[event]; again {
			f.addf(twice, "event %s in the stream", event)
		}
		meta, err := msg.Metadata()
		require.NoError(t, err)
		published[event] = message{subject: msg.Subject(), sequence: meta.Sequence.Stream}
	}
	return published
}

// inLedger compares the ledger with the stream and with what was acknowledged: each version of each
// recipe and each request has one row; the row is marked with its message; and these are in the
// order of the user's changes. It removes what it finds from published.
func inLedger(t *testing.T, primary *pgx.Conn, a account, published map[string]message, f *findings) {
	t.Helper()
	rows, err := primary.Query(t.Context(), `
		SELECT event_id::text, subject, version, change, published_at IS NOT NULL, coalesce(stream_sequence, 0)
		FROM event_log WHERE user_id = $1 ORDER BY change`, a.client.User.ID)
	require.NoError(t, err)
	defer rows.Close()
	versions := map[string][]int64{} // by subject
	var lastChange int64
	var lastSequence uint64
	for rows.Next() {
		var event string
		var version, change int64
		var marked bool
		var got message
		require.NoError(t, rows.Scan(&event, &got.subject, &version, &change, &marked, &got.sequence))
		want, there := published[event]
		if !there {
			f.addf(lost, "event %s of %s in the stream", event, got.subject)
		}
		delete(published, event)
		equalf(f, want, got, "the mark of event %s", event)
		equalf(f, true, marked, "event %s is marked as published", event)
		equalf(f, true, got.sequence > lastSequence, "event %s is in the order of the user's changes", event)
		if lastChange > 0 {
			equalf(f, lastChange+1, change, "change number of event %s", event)
		}
		lastChange, lastSequence = change, got.sequence
		versions[got.subject] = append(versions[got.subject], version)
	}
	require.NoError(t, rows.Err())
	acknowledged(a, versions, f)
}

// acknowledged compares the ledger's versions with the requested ones.
func acknowledged(a account, versions map[string][]int64, f *findings) {
	user := a.client.User.ID
	for id, d := range a.recipes {
		subject := "larder.recipe." + user + "." + id
		want := make([]int64, d.version)
		for i := range want {
			want[i] = int64(i + 1)
		}
		equalf(f, fmt.Sprint(want), fmt.Sprint(versions[subject]), "versions of %s in the ledger", id)
		delete(versions, subject)
	}
	for request := range a.groceries {
		subject := "larder.grocery." + user + "." + request
		f.oncef(len(versions[subject]), "request %s in the ledger", request)
		delete(versions, subject)
	}
	delete(versions, "larder.user."+user)
	for subject := range versions {
		f.addf(half, "nobody asked for %s", subject)
	}
}

// onFeed reads the feed with the grocery app's credentials: each request once, with its items; what
// was acknowledged before the feed was lost, at most once.
func onFeed(t *testing.T, server *larder.Server, accounts []account, lostAt time.Time, f *findings) {
	t.Helper()
	times := map[string]int{}
	for _, msg := range larder.Messages(t, larder.JetStream(t, server.FeedURL(t)), "GROCERY") {
		var request larder.GroceryRequest
		require.NoError(t, json.Unmarshal(msg.Data(), &request))
		user := strings.Split(msg.Subject(), ".")[1]
		times[user+" "+request.RequestID]++
		equalf(f, false, len(request.Items) == 0, "request %s has no items", request.RequestID)
	}
	for _, a := range accounts {
		for request, acknowledged := range a.groceries {
			key := a.client.User.ID + " " + request
			if times[key] > 0 || acknowledged.After(lostAt) {
				f.oncef(times[key], "request %s on the feed", request)
			}
			delete(times, key)
		}
	}
	for key := range times {
		f.addf(half, "nobody asked for the request of user %s on the feed", key)
	}
}

// inSearch pages through the index: name and version of each existing recipe, and no deleted one.
func inSearch(t *testing.T, a account, f *findings) {
	t.Helper()
	times := map[string]int{}
	for _, item := range a.client.All(t, 100) {
		times[item.ID]++
		want := a.recipes[item.ID]
		if want.deleted {
			f.addf(lost, "the deletion of %s, which is found", item.ID)
			continue
		}
		want.rows = 0 // hits don't include rows
		f.dishf(want, dish{name: item.Name, version: item.Version}, "the hit %s", item.ID)
	}
	for id, d := range a.recipes {
		if !d.deleted {
			f.oncef(times[id], "recipe %s in the search", id)
		}
	}
	names := a.client.Search(t, "q", "dish", "limit", "1")
	equalf(f, len(times), names.Total, "hits of a word that every name has")
}

// detailsRead bounds the details read per round, different ones each time.
const detailsRead = 150

// inDetail reads recipes through the cache or its fallback; a deleted one is gone.
func inDetail(t *testing.T, a account, f *findings) {
	t.Helper()
	read := 0
	for id, want := range a.recipes {
		read++
		if read > detailsRead {
			return
		}
		answer := a.client.Get(t, id)
		if want.deleted {
			if answer.Status != http.StatusNotFound {
				f.addf(lost, "the deletion of %s: status %d", id, answer.Status)
			}
			continue
		}
		if answer.Status != http.StatusOK {
			f.addf(lost, "the detail of %s: status %d", id, answer.Status)
			continue
		}
		recipe := answer.Recipe(t)
		f.dishf(want, dish{name: recipe.Name, version: recipe.Version, rows: len(recipe.Ingredients)}, "the detail of %s", id)
		ours := slices.IndexFunc(recipe.Ingredients, func(i larder.Ingredient) bool {
			return !strings.HasSuffix(i.Text, strings.TrimSuffix(want.name, ofBefore))
		})
		equalf(f, -1, ours, "an ingredient of another write in the detail of %s", id)
	}
}
