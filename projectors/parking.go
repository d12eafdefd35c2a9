package projectors

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"larder.dev/events"
	"larder.dev/internal/jetstream"
)

// parkedBucket stores what was parked. The event's body stays in the stream only.
const parkedBucket = "PARKED"

// maxReason limits a reason, which may quote a broken header.
const maxReason = 500

// ErrNotParked means an event isn't parked, or not any more.
var ErrNotParked = errors.New("no such parked event")

// ParkedEvent is an event that a projection couldn't apply and left behind.
type ParkedEvent struct {
	Projection string    `json:"projection"`
	Sequence   uint64    `json:"sequence"`
	Subject    string    `json:"subject"`
	EventID    string    `json:"event_id"`
	Type       string    `json:"type"`
	Reason     string    `json:"reason"`
	ParkedAt   time.Time `json:"parked_at"`
}

// parking stores parked events. All projections and processes share it.
type parking struct {
	conn *jetstream.Conn

	mu     sync.Mutex
	opened *jetstream.Bucket

	counting sync.Mutex
	counts   map[string]int // by projection, at revision; nil before the first count
	revision uint64
}

func (p *parking) bucket(ctx context.Context) (*jetstream.Bucket, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.opened != nil {
		return p.opened, nil
	}
	bucket, err := p.conn.EnsureBucket(ctx, parkedBucket)
	if err != nil {
		return nil, err
	}
	p.opened = bucket
	return bucket, nil
}

func parkedKey(projection string, sequence uint64) string {
	return projection + "." + strconv.FormatUint(sequence, 10)
}

// parkedOf returns the record to park for a message, which may not be a valid event.
func parkedOf(msg jetstream.Message) ParkedEvent {
	return ParkedEvent{
		Sequence: msg.Sequence, Subject: msg.Subject,
		EventID: msg.HeaderValue(events.HeaderID), Type: msg.HeaderValue(events.HeaderType),
	}
}

func (p *parking) put(ctx context.Context, projection string, event ParkedEvent, reason error) error {
	bucket, err := p.bucket(ctx)
	if err != nil {
		return err
	}
	event.Projection, event.ParkedAt = projection, time.Now().UTC()
	event.EventID, event.Type, event.Reason = cut(event.EventID), cut(event.Type), cut(reason.Error())
	value, err := json.Marshal(event)
	if err != nil {
		return fmt.Errorf("park message %d of %s: %w", event.Sequence, projection, err)
	}
	return bucket.Put(ctx, parkedKey(projection, event.Sequence), value)
}

// get returns one parked event, or ErrNotParked.
func (p *parking) get(ctx context.Context, projection string, sequence uint64) (ParkedEvent, error) {
	bucket, err := p.bucket(ctx)
	if err != nil {
		return ParkedEvent{}, err
	}
	value, found, err := bucket.Get(ctx, parkedKey(projection, sequence))
	if err != nil {
		return ParkedEvent{}, err
	}
	if !found {
		return ParkedEvent{}, fmt.Errorf("%s, message %d: %w", projection, sequence, ErrNotParked)
	}
	var event ParkedEvent
	if err := json.Unmarshal(value, &event); err != nil {
		return ParkedEvent{}, fmt.Errorf("read parked event %s: %w", parkedKey(projection, sequence), err)
	}
	return event, nil
}

// forget removes one parked event's record.
func (p *parking) forget(ctx context.Context, event ParkedEvent) error {
	bucket, err := p.bucket(ctx)
	if err != nil {
		return err
	}
	return bucket.Delete(ctx, parkedKey(event.Projection, event.Sequence))
}

// list returns what one projection or, for "", all have parked, in stream order.
func (p *parking) list(ctx context.Context, projection string) ([]ParkedEvent, error) {
	prefix := ""
	if projection != "" {
		prefix = projection + "."
	}
	records, err := p.records(ctx, prefix)
	if err != nil {
		return nil, err
	}
	parked := make([]ParkedEvent, 0, len(records))
	for _, r := range records {
		if !strings.HasPrefix(r.key, droppedPrefix) {
			parked = append(parked, r.event)
		}
	}
	slices.SortFunc(parked, func(a, b ParkedEvent) int {
		return cmp.Or(cmp.Compare(a.Projection, b.Projection), cmp.Compare(a.Sequence, b.Sequence))
	})
	return parked, nil
}

// sequences returns what a projection has parked, by sequence; nil for nothing.
func (p *parking) sequences(ctx context.Context, projection string) (map[uint64]ParkedEvent, error) {
	if count, err := p.count(ctx, projection); err != nil || count == 0 {
		return nil, err
	}
	list, err := p.list(ctx, projection)
	if err != nil {
		return nil, err
	}
	parked := make(map[uint64]ParkedEvent, len(list))
	for _, event := range list {
		parked[event.Sequence] = event
	}
	return parked, nil
}

// count returns how many events a projection has parked. It only lists them if something has
// changed, because listing creates a consumer and this is called often.
func (p *parking) count(ctx context.Context, projection string) (int, error) {
	bucket, err := p.bucket(ctx)
	if err != nil {
		return 0, err
	}
	p.counting.Lock()
	defer p.counting.Unlock()
	revision, err := bucket.Revision(ctx)
	if err != nil {
		return 0, err
	}
	if p.counts == nil || p.revision != revision {
		all, err := p.list(ctx, "")
		if err != nil {
			return 0, err
		}
		p.counts, p.revision = map[string]int{}, revision
		for _, event := range all {
			p.counts[event.Projection]++
		}
	}
	return p.counts[projection], nil
}

// clear forgets a projection's parked events that fit.
func (p *parking) clear(ctx context.Context, projection string, fits func(ParkedEvent) bool) error {
	return p.remove(ctx, projection+".", fits)
}

// record is an event in the bucket, parked or dropped.
type record struct {
	key   string
	event ParkedEvent
}

func (p *parking) records(ctx context.Context, prefix string) ([]record, error) {
	bucket, err := p.bucket(ctx)
	if err != nil {
		return nil, err
	}
	entries, err := bucket.List(ctx, prefix)
	if err != nil {
		return nil, err
	}
	records := make([]record, len(entries))
	for i, entry := range entries {
		records[i].key = entry.Key
		if err := json.Unmarshal(entry.Value, &records[i].event); err != nil {
			return nil, fmt.Errorf("read parked event %s: %w", entry.Key, err)
		}
	}
	return records, nil
}

// remove removes the records that fit from the bucket.
func (p *parking) remove(ctx context.Context, prefix string, fits func(ParkedEvent) bool) error {
	records, err := p.records(ctx, prefix)
	if err != nil {
		return err
	}
	bucket, err := p.bucket(ctx)
	if err != nil {
		return err
	}
	for _, r := range records {
		if !fits(r.event) {
			continue
		}
		if err := bucket.Delete(ctx, r.key); err != nil {
			return err
		}
	}
	return nil
}

func cut(text string) string {
	if len(text) <= maxReason {
		return text
	}
	return strings.ToValidUTF8(text[:maxReason], "") + "…"
}
