package jetstream

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// defaultDuplicates is how long the server remembers message ids. Don't rely on it: readers must
// tolerate receiving a message twice.
const defaultDuplicates = 2 * time.Minute

// clusterReplicas is the minimum for a stream to survive the loss of a server.
const clusterReplicas = 3

// StreamConfig describes a stream stored in files, without a limit.
type StreamConfig struct {
	Name       string
	Subjects   []string
	Duplicates time.Duration // how long message ids are remembered; 0 for two minutes
	Replicas   int           // copies; 0 keeps a stream's; a new one gets three in a cluster
	Note       string        // in a new stream's metadata until RemoveNote; "" for none
}

// StreamState is a stream's current state.
type StreamState struct {
	FirstSeq uint64
	LastSeq  uint64
	Messages uint64
	Bytes    uint64
	LastTime time.Time
	Created  time.Time // by the server's clock
	Now      time.Time // the server's clock at the time of the answer

	metadata map[string]string
}

// Has reports whether the stream has a note.
func (s StreamState) Has(note string) bool {
	_, found := s.metadata[note]
	return found
}

// EnsureStream creates the stream or updates its configuration. What it doesn't name (limits,
// placement, replicas) stays as an operator set it.
func (c *Conn) EnsureStream(ctx context.Context, cfg StreamConfig) error {
	ctx, done := c.apiRequest(ctx, cfg.Name)
	defer done()
	stream, err := c.js.Stream(ctx, cfg.Name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		fresh := jetstream.StreamConfig{Name: cfg.Name, Replicas: c.replicas()}
		if cfg.Note != "" {
			fresh.Metadata = map[string]string{cfg.Note: "true"}
		}
		_, err = c.js.CreateStream(ctx, cfg.on(fresh))
		if err != nil {
			return fmt.Errorf("create stream %s: %w", cfg.Name, explain(ctx, err))
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("look up stream %s: %w", cfg.Name, explain(ctx, err))
	}
	has := stream.CachedInfo().Config
	if cfg.satisfiedBy(has) {
		return nil
	}
	if _, err := c.js.UpdateStream(ctx, cfg.on(has)); err != nil {
		return fmt.Errorf("update stream %s: %w", cfg.Name, explain(ctx, err))
	}
	return nil
}

// replicas returns a new stream's copies: in a cluster enough to survive the loss of a server.
func (c *Conn) replicas() int {
	if c.nc.ConnectedClusterName() == "" {
		return 1
	}
	return clusterReplicas
}

// on returns base overwritten by our configuration.
func (cfg StreamConfig) on(base jetstream.StreamConfig) jetstream.StreamConfig {
	base.Subjects = cfg.Subjects
	base.Duplicates = cfg.duplicates()
	base.Storage = jetstream.FileStorage
	base.Compression = jetstream.S2Compression // recipes compress to a third; the server still reads uncompressed blocks
	base.AllowDirect = true
	base.AllowAtomicPublish = true
	if cfg.Replicas > 0 {
		base.Replicas = cfg.Replicas
	}
	return base
}

func (cfg StreamConfig) satisfiedBy(has jetstream.StreamConfig) bool {
	return slices.Equal(has.Subjects, cfg.Subjects) && has.Duplicates == cfg.duplicates() &&
		has.AllowDirect && has.AllowAtomicPublish && has.Compression == jetstream.S2Compression &&
		(cfg.Replicas == 0 || has.Replicas == cfg.Replicas)
}

func (cfg StreamConfig) duplicates() time.Duration {
	if cfg.Duplicates == 0 {
		return defaultDuplicates
	}
	return cfg.Duplicates
}

// State returns a stream's state. ErrNotFound if there is no such stream.
func (c *Conn) State(ctx context.Context, stream string) (StreamState, error) {
	ctx, done := c.apiRequest(ctx, stream)
	defer done()
	s, err := c.js.Stream(ctx, stream)
	if err != nil {
		return StreamState{}, fmt.Errorf("state of stream %s: %w", stream, explain(ctx, notFound(err)))
	}
	info := s.CachedInfo()
	has := info.State
	return StreamState{
		FirstSeq: has.FirstSeq, LastSeq: has.LastSeq, Messages: has.Msgs, Bytes: has.Bytes, LastTime: has.LastTime,
		Created: info.Created, Now: info.TimeStamp, metadata: info.Config.Metadata,
	}, nil
}

// RemoveNote removes a note from a stream's metadata. The error is ErrReplaced if the stream wasn't
// created at that time.
func (c *Conn) RemoveNote(ctx context.Context, stream string, created time.Time, note string) error {
	ctx, done := c.apiRequest(ctx, stream)
	defer done()
	s, err := c.js.Stream(ctx, stream)
	if err != nil {
		return fmt.Errorf("remove the note %s of stream %s: %w", note, stream, explain(ctx, notFound(err)))
	}
	info := s.CachedInfo()
	if !info.Created.Equal(created) {
		return fmt.Errorf("remove the note %s of stream %s: %w", note, stream, ErrReplaced)
	}
	config := info.Config
	config.Metadata = maps.Clone(config.Metadata)
	delete(config.Metadata, note)
	if _, err := c.js.UpdateStream(ctx, config); err != nil {
		return fmt.Errorf("remove the note %s of stream %s: %w", note, stream, explain(ctx, err))
	}
	return nil
}

// Last returns a subject's last message; false if it has none.
func (c *Conn) Last(ctx context.Context, stream, subject string) (Message, bool, error) {
	return c.get(ctx, stream, subject, func(ctx context.Context, s jetstream.Stream) (*jetstream.RawStreamMsg, error) {
		return s.GetLastMsgForSubject(ctx, subject)
	})
}

// Next returns the first message at or after a sequence whose subject matches the filter; false if
// there is none.
func (c *Conn) Next(ctx context.Context, stream, filter string, from uint64) (Message, bool, error) {
	return c.get(ctx, stream, filter, func(ctx context.Context, s jetstream.Stream) (*jetstream.RawStreamMsg, error) {
		return s.GetMsg(ctx, max(from, 1), jetstream.WithGetMsgSubject(filter))
	})
}

// At returns the message with a sequence; false if it was purged or never existed.
func (c *Conn) At(ctx context.Context, stream string, sequence uint64) (Message, bool, error) {
	return c.get(ctx, stream, "", func(ctx context.Context, s jetstream.Stream) (*jetstream.RawStreamMsg, error) {
		return s.GetMsg(ctx, sequence)
	})
}

func (c *Conn) get(ctx context.Context, stream, subject string,
	read func(context.Context, jetstream.Stream) (*jetstream.RawStreamMsg, error),
) (Message, bool, error) {
	ctx, done := c.apiRequest(ctx, stream)
	defer done()
	s, err := c.stream(ctx, stream)
	if err != nil {
		return Message{}, false, fmt.Errorf("open stream %s: %w", stream, explain(ctx, notFound(err)))
	}
	raw, err := read(ctx, s)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return Message{}, false, nil
	}
	if err != nil {
		return Message{}, false, fmt.Errorf("read %s from stream %s: %w", subject, stream, explain(ctx, err))
	}
	return fromRaw(raw), true, nil
}

// stream returns a stream's handle and caches it: creating one asks the server, and a read should
// not ask twice. A handle only holds the name, so it outlives the stream.
func (c *Conn) stream(ctx context.Context, name string) (jetstream.Stream, error) {
	if known, ok := c.streams.Load(name); ok {
		if stream, ok := known.(jetstream.Stream); ok {
			return stream, nil
		}
	}
	stream, err := c.js.Stream(ctx, name)
	if err != nil {
		return nil, err //nolint:wrapcheck // each caller adds its own context
	}
	c.streams.Store(name, stream)
	return stream, nil
}

// Purge removes every message whose subject matches the filter and returns how many there were.
func (c *Conn) Purge(ctx context.Context, stream, subjectFilter string) (uint64, error) {
	return c.purge(ctx, stream, subjectFilter)
}

// PurgeToLast removes all but a subject's last message and returns how many there were, including
// the last.
func (c *Conn) PurgeToLast(ctx context.Context, stream, subject string) (uint64, error) {
	return c.purge(ctx, stream, subject, jetstream.WithPurgeKeep(1))
}

// PurgeBefore removes a subject's messages before a sequence, and returns how many it had.
func (c *Conn) PurgeBefore(ctx context.Context, stream, subject string, sequence uint64) (uint64, error) {
	return c.purge(ctx, stream, subject, jetstream.WithPurgeSequence(sequence))
}

// Delete removes one message; a missing one is no error.
func (c *Conn) Delete(ctx context.Context, stream string, sequence uint64) error {
	ctx, done := c.apiRequest(ctx, stream)
	defer done()
	s, err := c.stream(ctx, stream)
	if err == nil {
		err = s.DeleteMsg(ctx, sequence)
	}
	if errors.Is(err, jetstream.ErrMsgDeleteUnsuccessful) {
		if _, found, lookErr := c.At(ctx, stream, sequence); lookErr == nil && !found {
			return nil
		}
	}
	if err != nil {
		return fmt.Errorf("delete message %d of stream %s: %w", sequence, stream, explain(ctx, notFound(err)))
	}
	return nil
}

func (c *Conn) purge(ctx context.Context, stream, subjectFilter string, opts ...jetstream.StreamPurgeOpt) (uint64, error) {
	ctx, done := c.apiRequest(ctx, stream)
	defer done()
	s, err := c.js.Stream(ctx, stream)
	if err != nil {
		return 0, fmt.Errorf("purge stream %s: %w", stream, explain(ctx, notFound(err)))
	}
	// The client doesn't expose the server's count, so ask for it. Messages that arrive in between
	// aren't counted.
	info, err := s.Info(ctx, jetstream.WithSubjectFilter(subjectFilter))
	if err != nil {
		return 0, fmt.Errorf("count %s in stream %s: %w", subjectFilter, stream, explain(ctx, err))
	}
	if err := s.Purge(ctx, append(opts, jetstream.WithPurgeSubject(subjectFilter))...); err != nil {
		return 0, fmt.Errorf("purge %s from stream %s: %w", subjectFilter, stream, explain(ctx, err))
	}
	var count uint64
	for _, n := range info.State.Subjects {
		count += n
	}
	return count, nil
}

func notFound(err error) error {
	if errors.Is(err, jetstream.ErrStreamNotFound) || errors.Is(err, jetstream.ErrConsumerNotFound) {
		return fmt.Errorf("%w: %w", ErrNotFound, err)
	}
	return err
}
