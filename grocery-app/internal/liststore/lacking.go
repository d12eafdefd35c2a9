package liststore

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Request is a feed message that requests items.
type Request struct {
	User, ID string
	Sequence uint64 // in the feed
}

// Lacking returns those requests that aren't stored, in feed order. It excludes parked ones, those
// that could only be parked, and those of erased users.
func (s *Store) Lacking(ctx context.Context, requests []Request) ([]Request, error) {
	var (
		users, ids []string
		sequences  []int64
	)
	for _, r := range requests {
		if uuid.Validate(r.User) == nil && uuid.Validate(r.ID) == nil {
			users, ids, sequences = append(users, r.User), append(ids, r.ID), append(sequences, int64(r.Sequence))
		}
	}
	rows, err := s.pool.Query(ctx, `SELECT a.user_id::text, a.id::text, a.sequence
		FROM unnest($1::text[]::uuid[], $2::text[]::uuid[], $3::bigint[]) AS a(user_id, id, sequence)
		WHERE NOT EXISTS (SELECT FROM requests r WHERE r.user_id = a.user_id AND r.id = a.id)
			AND NOT EXISTS (SELECT FROM erased e WHERE e.user_id = a.user_id)
			AND NOT EXISTS (SELECT FROM parked p WHERE p.sequence = a.sequence)
		ORDER BY a.sequence`, users, ids, sequences)
	var lacking []Request
	if err == nil {
		lacking, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Request, err error) {
			var sequence int64
			err = row.Scan(&r.User, &r.ID, &sequence)
			r.Sequence = uint64(sequence)
			return r, err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("look for %d requests on the lists: %w", len(requests), err)
	}
	return lacking, nil
}
