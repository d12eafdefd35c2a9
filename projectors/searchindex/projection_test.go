package searchindex_test

import (
	"context"
	"fmt"
	"testing"

	"larder.dev/internal/jetstream"
	index "larder.dev/internal/searchindex"
	"larder.dev/internal/testkit/indexkit"
	"larder.dev/projectors/projectiontest"
	"larder.dev/projectors/searchindex"
)

// The search projection passes the suite of all projections, on the tests' index.
func TestProjection(t *testing.T) {
	t.Parallel()
	projectiontest.Run(t, func(t *testing.T, _ *jetstream.Conn) projectiontest.View {
		t.Helper()
		opened := indexkit.Open(t)
		return projectiontest.View{
			Projection: searchindex.New(opened),
			Expect:     searchindex.Expect,
			Dump:       func(ctx context.Context, user string) (map[string]string, error) { return dump(ctx, opened, user) },
		}
	})
}

// dump returns everything a search finds, with the tag that finds it.
func dump(ctx context.Context, in index.Index, user string) (map[string]string, error) {
	page, err := in.Search(ctx, index.Query{Owner: user, Limit: 1000, Names: true})
	if err != nil {
		return nil, err
	}
	found := map[string]string{}
	for _, hit := range page.Hits {
		found[hit.Name] += fmt.Sprintf("version %d ", hit.Version)
	}
	return found, nil
}
