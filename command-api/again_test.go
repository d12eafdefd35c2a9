package commandapi_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/events"
	"larder.dev/internal/testkit"
)

// The last event of a recipe is republished with its mark, and its new place is recorded;
// unpublished events, unknown subjects and a stream that is ahead are left alone.
func TestPublishAgain(t *testing.T) {
	t.Parallel()
	l := newLarderWithStream(t)
	ctx := testkit.Context(t)
	ada, _, second := l.journal("ada")
	subject := events.RecipeSubject(ada.id, second)
	before := l.stream()
	require.NoError(t, l.api.Ledger().PublishAgain(ctx, l.conn, subject))
	after := l.stream()
	require.Len(t, after, len(before)+1)
	last := after[len(after)-1]
	require.True(t, last.Again)
	require.Equal(t, subject, last.Subject)
	require.EqualValues(t, 1, last.Version)
	require.Equal(t, 1, l.count(`SELECT count(*) FROM event_log WHERE subject = $1 AND stream_sequence = $2`, subject, len(after)))

	require.NoError(t, l.api.Ledger().PublishAgain(ctx, l.conn, events.RecipeSubject(ada.id, ada.id)), "unknown")
	ada.must(http.StatusOK, ada.send("PUT", "/api/recipes/"+second, `{"name":"b"}`, "If-Match", `"1"`))
	require.NoError(t, l.api.Ledger().PublishAgain(ctx, l.conn, subject), "the relay's turn")
	require.Len(t, l.stream(), len(after))

	stop := l.run(l.relay)
	l.untilPublished()
	stop()
	_, err := l.pool.Exec(ctx, `DELETE FROM event_log WHERE subject = $1 AND version = 2`, subject)
	require.NoError(t, err)
	require.ErrorContains(t, l.api.Ledger().PublishAgain(ctx, l.conn, subject), "newer event than the ledger")
	require.Len(t, l.stream(), len(after)+1)
}
