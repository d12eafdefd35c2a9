package projectors

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"larder.dev/internal/jetstream"
)

// ErrNoInventory means a projection can't list what its view has.
var ErrNoInventory = errors.New("projection has no inventory")

// Fingerprint is what a view has, or must have, of one recipe or account: just enough to tell
// whether the two match.
type Fingerprint struct {
	Subject string `json:"subject"` // of the events it is made from
	Version int64  `json:"version"` // 0 for nothing
	Deleted bool   `json:"deleted,omitempty"`
	Digest  string `json:"digest,omitempty"` // of what the view stores; see Digest
}

// Inventory lists what a view has, to compare it with the ledger. A Target that implements it is
// compared before it replaces the serving view.
type Inventory interface {
	// Fingerprints returns what the view has of subjects, in any order, omitting those of which it
	// has nothing.
	Fingerprints(ctx context.Context, subjects []string) ([]Fingerprint, error)

	// Subjects lists subjects in the view, of one user or, if user is "", of all. Start with cursor
	// ""; next is "" at the end. A page may be empty, and a subject may be listed twice.
	Subjects(ctx context.Context, user, cursor string) (SubjectPage, error)
}

// SubjectPage is a page of the subjects in a view.
type SubjectPage struct {
	Subjects []string `json:"subjects"`
	Next     string   `json:"next"` // the next page's cursor; "" at the end
}

// Digest hashes the parts of what a view stores, in order.
func Digest(parts ...string) string {
	sum := sha256.New()
	for _, part := range parts {
		_, _ = sum.Write(binary.AppendUvarint(nil, uint64(len(part))))
		_, _ = sum.Write([]byte(part))
	}
	return hex.EncodeToString(sum.Sum(nil)[:16])
}

func (w *worker) inventory() (Inventory, error) {
	inventory, ok := w.projection.(Inventory)
	if !ok {
		return nil, fmt.Errorf("%w: %s", ErrNoInventory, w.spec.Name)
	}
	return inventory, nil
}

func (w *worker) serveFingerprints(ctx context.Context, cmd command, reply func(any) error) error {
	inventory, err := w.inventory()
	if err != nil {
		return err
	}
	list, err := inventory.Fingerprints(ctx, cmd.Subjects)
	if err != nil {
		return fmt.Errorf("fingerprints of %s: %w", w.spec.Name, err)
	}
	return reply(list)
}

func (w *worker) serveSubjects(ctx context.Context, cmd command, reply func(any) error) error {
	inventory, err := w.inventory()
	if err != nil {
		return err
	}
	page, err := inventory.Subjects(ctx, cmd.User, cmd.Cursor)
	if err != nil {
		return fmt.Errorf("subjects of %s: %w", w.spec.Name, err)
	}
	return reply(page)
}

// Fingerprints asks a projection, wherever it runs, what its view has of subjects; see Inventory. A
// few hundred fit into a message. It returns ErrNoProjectors if no process runs that projection.
func (c *Control) Fingerprints(ctx context.Context, name string, subjects []string) ([]Fingerprint, error) {
	return askOne[[]Fingerprint](ctx, c.conn, controlFingerprints, name, command{Subjects: subjects})
}

// Subjects asks a projection, wherever it runs, to list its view's subjects; see Inventory.
func (c *Control) Subjects(ctx context.Context, name, user, cursor string) (SubjectPage, error) {
	return askOne[SubjectPage](ctx, c.conn, controlSubjects, name, command{User: user, Cursor: cursor})
}

// askOne sends a request that has one answer.
func askOne[T any](ctx context.Context, conn *jetstream.Conn, verb, name string, cmd command) (T, error) {
	var answer T
	err := NewControl(conn).askProjection(ctx, verb, name, cmd, func(data []byte) error {
		if err := json.Unmarshal(data, &answer); err != nil {
			return fmt.Errorf("read an answer about %s: %w", name, err)
		}
		return nil
	})
	return answer, err
}
