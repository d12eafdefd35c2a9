package elastic

import (
	"context"
	"fmt"

	"github.com/elastic/go-elasticsearch/v8/esapi"
)

// Erase implements searchindex.Index. It erases from the rebuild first, so that no commit can bring
// back what was erased.
func (x *Index) Erase(ctx context.Context, owner string) (int, error) {
	done, err := x.use()
	if err != nil {
		return 0, err
	}
	defer done()
	x.mu.RLock()
	building := x.building
	x.mu.RUnlock()
	if building != nil {
		// If it is gone meanwhile, it was dropped, or it serves and is erased next.
		if _, err := x.erase(ctx, building.name, owner); err != nil && !isMissingIndex(err) {
			return 0, err
		}
	}
	if _, err := x.erase(ctx, x.oldAlias(), owner); err != nil && !isMissingIndex(err) {
		return 0, err
	}
	if _, err := x.erase(ctx, x.asOfAliases(), owner); err != nil && !isMissingIndex(err) {
		return 0, err
	}
	erased, err := x.erase(ctx, x.alias, owner)
	if isMissingIndex(err) {
		return 0, nil
	}
	return erased, err
}

// erase deletes until nothing of the owner's is left: a document written meanwhile is a conflict,
// which that round doesn't delete.
func (x *Index) erase(ctx context.Context, name, owner string) (int, error) {
	erased := 0
	for {
		// The deletion finds what searches see.
		if err := x.refresh(ctx, name); err != nil {
			return erased, err
		}
		deleted, conflicts, err := x.deleteByOwner(ctx, name, owner)
		erased += deleted
		if err != nil {
			return erased, fmt.Errorf("erase owner %q from %s: %w", owner, name, err)
		}
		if conflicts == 0 {
			return erased, nil
		}
	}
}

func (x *Index) deleteByOwner(ctx context.Context, name, owner string) (deleted, conflicts int, err error) {
	request, err := body(object{"query": object{"term": object{fieldOwner: owner}}})
	if err != nil {
		return 0, 0, err
	}
	refresh := true
	var answer struct {
		Deleted          int
		VersionConflicts int  `json:"version_conflicts"`
		TimedOut         bool `json:"timed_out"`
		Failures         []any
	}
	if err := x.call(ctx, esapi.DeleteByQueryRequest{
		Index: []string{name}, Body: request, Routing: []string{routing(owner)}, Conflicts: "proceed", Refresh: &refresh,
	}, &answer); err != nil {
		return 0, 0, err
	}
	if answer.TimedOut || len(answer.Failures) > 0 {
		return answer.Deleted, 0, fmt.Errorf("deletion incomplete: %d failures, timed out: %t", len(answer.Failures), answer.TimedOut)
	}
	return answer.Deleted, answer.VersionConflicts, nil
}
