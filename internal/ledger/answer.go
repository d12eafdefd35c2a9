package ledger

import (
	"bytes"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"larder.dev/internal/tables"
)

// ErrKeyReused is the error of an idempotency key that was used for another request before.
var ErrKeyReused = errors.New("the idempotency key was used for another request")

// KeyLifetime is how long a command may be repeated.
const KeyLifetime = 30 * 24 * time.Hour

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

// ErrAnswerGone is the error of a repeated command that was done, and whose answer can't be given any more: the event
// that had its text has none now.
var ErrAnswerGone = errors.New("the answer to this command is not kept any more")

// Kept is an answer under its key.
type Kept struct {
	hash   []byte
	answer Answer
	gone   bool
}

// Replay gives the answer to the same request again. The error is ErrKeyReused or ErrAnswerGone.
func (k *Kept) Replay(key *Key) (Answer, error) {
	switch {
	case !bytes.Equal(k.hash, key.Hash):
		return Answer{}, ErrKeyReused
	case k.gone:
		return Answer{}, ErrAnswerGone
	default:
		return k.answer, nil
	}
}

// QueueKept looks for the answer under a key; kept stays nil where there is none.
func QueueKept(batch *pgx.Batch, user, key string, kept **Kept) {
	batch.Queue(tables.Kept, user, key).QueryRow(func(row pgx.Row) error {
		var (
			k      Kept
			header []byte
		)
		err := row.Scan(&k.hash, &k.answer.Status, &header, &k.answer.Body)
		k.gone = k.answer.Body == nil
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

// QueueKeep keeps the answer under a key. It fails on a key that is there (constraint idempotency_keys_pkey). An answer
// that is the data of an entry of the same transaction isn't written twice: entry is that one, nil for none.
func QueueKeep(batch *pgx.Batch, user string, key Key, a Answer, entry *Entry, now time.Time) {
	header, body := a.Header, a.Body
	if header == nil {
		header = map[string]string{}
	}
	var event *string
	if entry != nil && len(body) > 0 && bytes.Equal(body, entry.Data) {
		event, body = &entry.ID, nil
	}
	if body == nil {
		body = []byte{}
	}
	batch.Queue(tables.KeepAnswer, user, key.Value, key.Hash, a.Status, header, body, event, now)
}
