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

// ErrNoInventory is a projection that can't tell what its view holds.
var ErrNoInventory = errors.New("projection has no inventory")

// Fingerprint is what a view has of one recipe or account, or must have: as much of it as tells whether the two agree.
type Fingerprint struct {
	Subject string `json:"subject"` // of the events that it is made from
	Version int64  `json:"version"` // 0 for nothing
	Deleted bool   `json:"deleted,omitempty"`
	Digest  string `json:"digest,omitempty"` // of what the view keeps of it, see Digest
}

// Inventory tells what a view has, so that it can be compared with the ledger. A Target that is one is compared before
// it takes the place of the view that serves.
type Inventory interface {
	// Fingerprints tells what the view has of subjects, in any order. Those of which it has nothing are left out.
	Fingerprints(ctx context.Context, subjects []string) ([]Fingerprint, error)

	// Subjects gives some subjects of which the view has something: of one user, or of all for "". It begins with
	// cursor "", and next is "" at the end. A page may be empty, and a subject come twice.
	Subjects(ctx context.Context, user, cursor string) (SubjectPage, error)
}

// SubjectPage is a part of what a view has.
type SubjectPage struct {
	Subjects []string `json:"subjects"`
	Next     string   `json:"next"` // the cursor behind it; "" at the end
}

// Digest sums up the parts of what a view keeps, in their order.
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

// Fingerprints asks a projection, wherever it runs, what its view has of subjects; see Inventory. A few hundred at a time
// fit into a message. ErrNoProjectors if no process runs a projection of that name.
func (c *Control) Fingerprints(ctx context.Context, name string, subjects []string) ([]Fingerprint, error) {
	return askOne[[]Fingerprint](ctx, c.conn, controlFingerprints, name, command{Subjects: subjects})
}

// Subjects asks a projection, wherever it runs, of which subjects its view has something; see Inventory.
func (c *Control) Subjects(ctx context.Context, name, user, cursor string) (SubjectPage, error) {
	return askOne[SubjectPage](ctx, c.conn, controlSubjects, name, command{User: user, Cursor: cursor})
}

// askOne asks for one answer.
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
