package ledger

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// ErrKeyReused is the error of an idempotency key that was used for another request before.
var ErrKeyReused = errors.New("the idempotency key was used for another request")

// KeyLifetime is how long a command may be repeated.
const KeyLifetime = 30 * 24 * time.Hour

// sweepSize bounds the rows that one statement of SweepKeys deletes, and so how long it holds their locks.
const sweepSize = 5_000

// Key makes a command repeatable.
type Key struct {
	Value string // chosen by the caller; it belongs to the user
	Hash  []byte // of everything that makes it that request and no other
}

// Answer is the answer to a command, kept to be given again.
type Answer struct {
	Status int
	Header map[string]string
	Body   []byte
}

// Kept is an answer under its key.
type Kept struct {
	hash   []byte
	answer Answer
}

// Replay gives the answer to the same request again. The error is ErrKeyReused.
func (k *Kept) Replay(key *Key) (Answer, error) {
	if !bytes.Equal(k.hash, key.Hash) {
		return Answer{}, ErrKeyReused
	}
	return k.answer, nil
}

// QueueKept looks for the answer under a key; kept stays nil where there is none.
func QueueKept(batch *pgx.Batch, user, key string, kept **Kept) {
	batch.Queue(`SELECT request_hash, status, headers, body FROM idempotency_keys WHERE user_id = $1 AND key = $2`,
		user, key).QueryRow(func(row pgx.Row) error {
		var (
			k      Kept
			header []byte
		)
		err := row.Scan(&k.hash, &k.answer.Status, &header, &k.answer.Body)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		*kept = &k
		return json.Unmarshal(header, &k.answer.Header)
	})
}

// QueueKeep keeps the answer under a key. It fails on a key that is there (constraint idempotency_keys_pkey).
func QueueKeep(batch *pgx.Batch, user string, key Key, a Answer, now time.Time) {
	header, body := a.Header, a.Body
	if header == nil {
		header = map[string]string{}
	}
	if body == nil {
		body = []byte{}
	}
	batch.Queue(`INSERT INTO idempotency_keys (user_id, key, request_hash, status, headers, body, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, user, key.Value, key.Hash, a.Status, header, body, now)
}

// SweepKeys forgets the keys that are older than KeyLifetime, and gives how many.
func SweepKeys(ctx context.Context, pool *pgxpool.Pool) (int64, error) {
	total := int64(0)
	for {
		tag, err := pool.Exec(ctx, `DELETE FROM idempotency_keys WHERE ctid IN
			(SELECT ctid FROM idempotency_keys WHERE created_at < $1 LIMIT $2)`, Now().Add(-KeyLifetime), sweepSize)
		if err != nil {
			return total, fmt.Errorf("sweep the idempotency keys: %w", err)
		}
		total += tag.RowsAffected()
		if tag.RowsAffected() < sweepSize {
			return total, nil
		}
	}
}
