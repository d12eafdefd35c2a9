package identity

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// makeRoom ends a user's sessions until one more fits the bound, and removes expired ones from the
// set. It takes at most five round trips. N concurrent logins may exceed the bound by N; the next
// login ends those.
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
	// Expired sessions have no time left and sort first. The store's clock may have one-second
	// resolution.
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
