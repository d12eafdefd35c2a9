package events_test

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"larder.dev/events"
)

// An envelope survives the way through headers and back unchanged.
func TestHeadersAndParseAgree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		e := drawEnvelope(t)
		got, err := events.Parse(e.Subject, e.Headers(), e.Data)
		require.NoError(t, err)
		require.Equal(t, e, got)
	})
}

// A message without a required header is rejected as a whole, and the error names the header.
// Trace, ledger number and the republication mark are optional; headers that Parse doesn't need are
// there for other readers.
func TestParseNamesTheMissingHeader(t *testing.T) {
	t.Parallel()
	optional := map[string]bool{
		events.HeaderTraceParent: true, events.HeaderMsgID: true,
		events.HeaderContentType: true, events.HeaderSubject: true, events.HeaderLedger: true, events.HeaderAgain: true,
		events.HeaderSuperseded: true,
		events.HeaderDataType:   true, events.HeaderCEVersion: true, events.HeaderCEChange: true, // older messages have none
	}
	rapid.Check(t, func(t *rapid.T) {
		e := drawEnvelope(t)
		headers := e.Headers()
		name := rapid.SampledFrom(slices.Sorted(maps.Keys(headers))).Draw(t, "missing header")
		delete(headers, name)
		_, err := events.Parse(e.Subject, headers, e.Data)
		if optional[name] {
			require.NoError(t, err)
			return
		}
		require.ErrorIs(t, err, events.ErrMalformed)
		require.ErrorContains(t, err, name)
	})
}

// A header with a value outside its form is rejected.
func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ header, value string }{
		{events.HeaderSpecVersion, "0.3"},
		{events.HeaderTime, "yesterday"},
		{events.HeaderVersion, "-1"},
		{events.HeaderVersion, "9223372036854775808"},
		{events.HeaderChange, "1.5"},
		{events.HeaderDataSchema, "urn:larder:schema:recipe.updated:v1"},
		{events.HeaderDataSchema, "urn:larder:schema:recipe.created:v0"},
		{events.HeaderDataSchema, "urn:larder:schema:recipe.created:v+1"},
		{events.HeaderDataSchema, "1"},
	} {
		g := readGolden(t, publication{events.RecipeCreated, 1})
		g.Headers[c.header] = []string{c.value}
		_, err := events.Parse(g.Subject, g.Headers, g.Data)
		require.ErrorIs(t, err, events.ErrMalformed, c)
		require.ErrorContains(t, err, c.header)
	}
}

// A reader skips an unknown type and stops at an unknown version, so the errors must differ.
func TestUnknownTypeAndVersion(t *testing.T) {
	t.Parallel()
	g := readGolden(t, publication{events.RecipeCreated, 1})
	e, err := events.Parse(g.Subject, g.Headers, g.Data)
	require.NoError(t, err)

	newer := e
	newer.SchemaVersion = events.CurrentVersion(e.Type) + 1
	require.ErrorIs(t, events.Known(newer), events.ErrUnknownVersion)
	_, err = events.DecodeRecipe(newer)
	require.ErrorIs(t, err, events.ErrUnknownVersion)

	other := e
	other.Type = "recipe.baked"
	require.ErrorIs(t, events.Known(other), events.ErrUnknownType)
	require.Zero(t, events.CurrentVersion(other.Type))
	_, err = events.DecodeRecipe(other)
	require.ErrorIs(t, err, events.ErrUnknownType)

	for _, wrong := range []func(events.Envelope) error{
		func(e events.Envelope) error { _, err := events.DecodeUser(e); return err },
		func(e events.Envelope) error { _, err := events.DecodeGrocery(e); return err },
		func(e events.Envelope) error { _, err := events.DecodeImport(e); return err },
	} {
		require.ErrorIs(t, wrong(e), events.ErrUnknownType)
	}
}

// A body that belongs to another recipe, request or account than its subject would change someone
// else's view, so it is malformed.
func TestBodyMustBelongToItsSubject(t *testing.T) {
	t.Parallel()
	other := uuid.NewString()
	for typ, subject := range map[events.Type]string{
		events.RecipeUpdated:    events.RecipeSubject(other, other),
		events.GroceryRequested: events.GrocerySubject(other, other),
		events.ImportRequested:  events.ImportSubject(other, other),
		events.UserChanged:      events.UserSubject(other),
	} {
		g := readGolden(t, publication{typ, 1})
		e, err := events.Parse(subject, g.Headers, g.Data)
		require.NoError(t, err)
		_, err = decode(e)
		require.ErrorIs(t, err, events.ErrMalformed, typ)
	}
	g := readGolden(t, publication{events.RecipeUpdated, 1})
	g.Headers[events.HeaderVersion] = []string{"77"}
	e, err := events.Parse(g.Subject, g.Headers, g.Data)
	require.NoError(t, err)
	_, err = events.DecodeRecipe(e)
	require.ErrorIs(t, err, events.ErrMalformed)
}

// Broken data and data of an unknown kind give different errors: one is parked, the other stops a
// projection.
func TestBrokenDataIsMalformed(t *testing.T) {
	t.Parallel()
	for _, data := range []string{``, `{`, `null`, `[]`, `{"version":"one"}`, `{"servings":1e999}`, `{"created_at":"noon"}`} {
		for _, typ := range events.Types() {
			g := readGolden(t, publication{typ, 1})
			e, err := events.Parse(g.Subject, g.Headers, json.RawMessage(data))
			require.NoError(t, err)
			_, err = decode(e)
			require.ErrorIs(t, err, events.ErrMalformed, "%s with %s", typ, data)
		}
	}
}

// The owner is read from where the subject's builder put it, and the streams store each builder's
// subjects.
func TestOwnerOfEverySubject(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		user, id := drawUUID(t, "user"), drawUUID(t, "id")
		kept := append(events.StreamSubjects(), events.FeedSubjects()...)
		for _, subject := range []string{
			events.RecipeSubject(user, id), events.GrocerySubject(user, id),
			events.ImportSubject(user, id), events.UserSubject(user), events.FeedSubject(user),
		} {
			owner, err := events.OwnerOf(subject)
			require.NoError(t, err)
			require.Equal(t, user, owner)
			require.True(t, matchesAny(kept, subject), subject)
		}
		require.True(t, matches(events.RecipesOf(user), events.RecipeSubject(user, id)))
		require.True(t, matches(events.GroceriesOf(user), events.GrocerySubject(user, id)))
		require.True(t, matches(events.ImportsOf(user), events.ImportSubject(user, id)))
		require.True(t, matches(events.AllImports, events.ImportSubject(user, id)))
		require.True(t, matches(events.AllRecipes, events.RecipeSubject(user, id)))
		require.True(t, matches(events.AllGroceries, events.GrocerySubject(user, id)))
		require.True(t, matches(events.AllUsers, events.UserSubject(user)))
	})
}

// A subject of another shape has no owner: a wildcard taken for a user would erase everybody.
func TestOwnerOfRefuses(t *testing.T) {
	t.Parallel()
	for _, subject := range []string{
		"", "larder", "larder.recipe", "larder.recipe.u", "larder.recipe..r", "larder.recipe.u.", "larder.recipe.u.r.x",
		"larder.recipe.*.r", "larder.recipe.>", "larder.recipe.u.>", "larder.user.", "larder.user.u.x", "larder.file.u.f",
		"grocery.u", "grocery..added", "grocery.u.removed", "grocery.*.added", "Larder.user.u", "larder.user.a b",
	} {
		owner, err := events.OwnerOf(subject)
		require.ErrorIs(t, err, events.ErrMalformed, subject)
		require.Empty(t, owner)
		require.Empty(t, events.Envelope{Subject: subject}.User())
	}
}

// The stream may hold bytes written by anyone: reading never panics, fails only with the three
// errors that the runner knows, and whatever was read is written back unchanged.
func FuzzParse(f *testing.F) {
	for _, typ := range events.Types() {
		g := readGolden(f, publication{typ, 1})
		f.Add(g.Subject, headerLines(g.Headers), []byte(g.Data))
	}
	f.Add("larder.recipe.u.r", "ce-type: recipe.created\nce-dataschema: urn:larder:schema:recipe.created:v2", []byte(`{}`))
	f.Add("grocery.u.added", "", []byte(nil))
	f.Fuzz(func(t *testing.T, subject, lines string, data []byte) {
		e, err := events.Parse(subject, parseHeaderLines(lines), data)
		if err != nil {
			require.ErrorIs(t, err, events.ErrMalformed)
			return
		}
		require.NotEmpty(t, e.User())
		if e.Time.Year() > 0 && e.Time.Year() < 9999 {
			again, err := events.Parse(subject, e.Headers(), data)
			require.NoError(t, err)
			require.True(t, e.Time.Equal(again.Time))
			again.Time = e.Time
			require.Equal(t, e, again)
		}
		checkDecoded(t, e)
	})
}

func checkDecoded(t *testing.T, e events.Envelope) {
	t.Helper()
	v, err := decode(e)
	if err != nil {
		require.True(t, errors.Is(err, events.ErrMalformed) || errors.Is(err, events.ErrUnknownType) ||
			errors.Is(err, events.ErrUnknownVersion), err)
		return
	}
	require.NoError(t, events.Known(e))
	written, err := json.Marshal(v)
	require.NoError(t, err, "what was read can be written")
	e.Data, e.SchemaVersion = written, events.CurrentVersion(e.Type)
	again, err := decode(e)
	require.NoError(t, err)
	require.Equal(t, v, again)
}

// The fuzzer supports only strings and bytes, so headers are lines "name: value".
func headerLines(headers map[string][]string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		b.WriteString(name + ": " + headers[name][0] + "\n")
	}
	return b.String()
}

func parseHeaderLines(lines string) map[string][]string {
	headers := map[string][]string{}
	for line := range strings.Lines(lines) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		headers[name] = append(headers[name], value)
	}
	return headers
}

func drawEnvelope(t *rapid.T) events.Envelope {
	user, id := drawUUID(t, "user"), drawUUID(t, "id")
	typ := rapid.SampledFrom(events.Types()).Draw(t, "type")
	subject := events.UserSubject(user)
	switch {
	case typ.IsRecipe():
		subject = events.RecipeSubject(user, id)
	case typ.IsImport():
		subject = events.ImportSubject(user, id)
	case typ == events.GroceryRequested:
		subject = events.GrocerySubject(user, id)
	case typ == events.ItemsAdded:
		subject = events.FeedSubject(user)
	}
	seconds := rapid.Int64Range(0, 1<<36).Draw(t, "seconds")
	nanos := rapid.Int64Range(0, 999_999_999).Draw(t, "nanos")
	return events.Envelope{
		ID:            drawUUID(t, "event id"),
		Source:        rapid.SampledFrom([]string{events.Source, "/larder/projectors/grocery"}).Draw(t, "source"),
		Type:          typ,
		SchemaVersion: rapid.IntRange(1, 1000).Draw(t, "schema version"),
		Time:          time.Unix(seconds, nanos).UTC(),
		Subject:       subject,
		Version:       rapid.Int64Min(0).Draw(t, "version"),
		Change:        rapid.Int64Min(0).Draw(t, "change"),
		Ledger:        rapid.Int64Min(0).Draw(t, "ledger"),
		Again:         rapid.Bool().Draw(t, "again"),
		Superseded:    rapid.Bool().Draw(t, "superseded"),
		TraceParent:   rapid.StringMatching(`(00-[0-9a-f]{32}-[0-9a-f]{16}-0[01])?`).Draw(t, "traceparent"),
		Data:          rapid.SliceOf(rapid.Byte()).Draw(t, "data"),
	}
}

func drawUUID(t *rapid.T, label string) string {
	id, err := uuid.FromBytes(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, label))
	require.NoError(t, err)
	return id.String()
}

// matches implements NATS subject matching: * is one token, > is all that follow.
func matches(filter, subject string) bool {
	want, got := strings.Split(filter, "."), strings.Split(subject, ".")
	for i, token := range want {
		if token == ">" {
			return len(got) > i
		}
		if i >= len(got) || (token != "*" && token != got[i]) {
			return false
		}
	}
	return len(want) == len(got)
}

func matchesAny(filters []string, subject string) bool {
	for _, filter := range filters {
		if matches(filter, subject) {
			return true
		}
	}
	return false
}
