package searchindex_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/bleveindex"
	"larder.dev/internal/jetstream"
	index "larder.dev/internal/searchindex"
	"larder.dev/internal/testkit"
	"larder.dev/projectors/projectiontest"
	"larder.dev/projectors/searchindex"
)

// The search projection passes the suite of all projections, over the embedded index.
func TestProjection(t *testing.T) {
	t.Parallel()
	projectiontest.Run(t, func(t *testing.T, _ *jetstream.Conn) projectiontest.View {
		t.Helper()
		opened, err := bleveindex.Open(t.TempDir(), bleveindex.Options{Log: testkit.Logger(t)})
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, opened.Close()) })
		return projectiontest.View{
			Projection: searchindex.New(opened),
			Dump:       func(ctx context.Context, user string) (map[string]string, error) { return dump(ctx, opened, user) },
		}
	})
}

// dump gives what a search for everything finds, with the tag that each is found by.
func dump(ctx context.Context, in index.Index, user string) (map[string]string, error) {
	page, err := in.Search(ctx, index.Query{Owner: user, Limit: 1000})
	if err != nil {
		return nil, err
	}
	found := map[string]string{}
	for _, hit := range page.Hits {
		found[hit.Name] += fmt.Sprintf("version %d ", hit.Version)
	}
	return found, nil
}
