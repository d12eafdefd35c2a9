package identity

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// makeRoom ends sessions of a user so that one more is within the bound, and forgets those that lapsed by themselves, which
// are still in the set. It is five round trips at most. Logins at the same moment may leave as many sessions too much; the
// next one ends them.
func (s *Sessions) makeRoom(ctx context.Context, user string) error {
	hashes, err := s.hashes(ctx, user)
	if err != nil {
		return err
	}
	if s.bound == 0 || len(hashes) < s.bound {
		return nil
	}
	left, err := s.redis.TTLs(ctx, keysOf(hashes)...)
	if err != nil {
		return fmt.Errorf("look which session of user %s was used least lately: %w", user, err)
	}
	records, err := s.records(ctx, user, hashes)
	if err != nil {
		return err
	}
	// What has lapsed has no time left, so that it comes first. The store's clock may tell whole seconds alone.
	order := make([]int, len(hashes))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(left[a], left[b]), records[hashes[a]].CreatedAt.Compare(records[hashes[b]].CreatedAt))
	})
	ended := make([]string, 0, len(hashes)-s.bound+1)
	for _, i := range order[:len(hashes)-s.bound+1] {
		ended = append(ended, hashes[i])
	}
	if _, err := s.redis.Del(ctx, keysOf(ended)...); err != nil {
		return fmt.Errorf("end sessions of user %s: %w", user, err)
	}
	return s.forget(ctx, user, ended)
}
