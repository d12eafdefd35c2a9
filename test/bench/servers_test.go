package bench

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// The data for the figures on servers.
const (
	manyUsers      = 100
	recipesOfEach  = 200
	manyUsersTotal = manyUsers * recipesOfEach
)

// BenchmarkServers measures every component as a separate process on real servers, and prints one
// table. It needs them: bin/servers run -- go test -bench Servers. Missing a target fails the run.
func BenchmarkServers(b *testing.B) {
	var t table
	parts := larder.StartParts(b)
	users := fillUsers(b, parts)
	b.Run("search", func(b *testing.B) { measureSearch(b, &t, parts, users) })
	b.Run("findable", func(b *testing.B) { measureFindable(b, &t, parts, users) })
	b.Run("relay", func(b *testing.B) { measureRelay(b, &t, parts) })
	parts.CaughtUpWithin(b, startPatience)
	b.Run("rebuild", func(b *testing.B) { measureRebuild(b, &t, parts) }) // with the others' data
	b.Run("write side", func(b *testing.B) { measureWriteSide(b, &t, parts, users) })
	if b.Failed() {
		return
	}
	require.NoError(b, t.write(os.Stdout))
	if missed := t.missed(); len(missed) > 0 {
		b.Errorf("targets missed: %q", missed)
	}
}

// cookOf is a user with the names of their recipes.
type cookOf struct {
	*larder.Client

	name string
}

// fillUsers gives each of many users their own recipes.
func fillUsers(b *testing.B, parts *larder.Parts) []cookOf {
	b.Helper()
	lines, source := larder.Lines(b, manyUsersTotal)
	b.Logf("%d recipes are from %s", len(lines), source)
	users := make([]cookOf, manyUsers)
	for i := range users {
		name := fmt.Sprintf("user%d", i)
		users[i] = cookOf{Client: parts.AddUser(b, name), name: name}
		file := larder.WriteLines(b, lines[i*recipesOfEach:(i+1)*recipesOfEach])
		parts.MustRun(b, "", "import", "--user", name, file)
	}
	parts.CaughtUpWithin(b, startPatience)
	return users
}
