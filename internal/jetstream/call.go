package jetstream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
)

const (
	// silence is how long a responder may be silent before it counts as dead; it sends beats more
	// often.
	silence = 5 * beatEvery
	// gather is how long CallAll waits for more responders after the first one.
	gather = 250 * time.Millisecond
)

// RemoteError is the error that a Handler in another process returned.
type RemoteError struct{ Text string }

func (e *RemoteError) Error() string { return e.Text }

// Call sends a request to one process that serves the subject and passes each reply to fn. It
// returns when the handler is done. Cancelling the context cancels the handler. The error is
// ErrNoResponder if nobody serves the subject, *RemoteError if the handler failed.
func (c *Conn) Call(ctx context.Context, subject string, request []byte, fn func(reply []byte) error) error {
	return c.call(ctx, subject, request, &party{fn: fn, known: 1})
}

// CallAll is Call to every process that serves the subject. It returns when all that answered
// within a quarter of a second are done, with all their errors.
func (c *Conn) CallAll(ctx context.Context, subject string, request []byte, fn func(reply []byte) error) error {
	return c.call(ctx, subject, request, &party{fn: fn})
}

// CallKnown is CallAll for a known number of processes: it waits for no more than those.
func (c *Conn) CallKnown(ctx context.Context, subject string, request []byte, processes int, fn func(reply []byte) error) error {
	return c.call(ctx, subject, request, &party{fn: fn, known: processes})
}

func (c *Conn) call(ctx context.Context, subject string, request []byte, p *party) error {
	if err := c.Ready(); err != nil {
		return fmt.Errorf("call %s: %w", subject, err)
	}
	inbox := c.nc.NewInbox()
	answers := make(chan *nats.Msg, 64)
	sub, err := c.nc.ChanSubscribe(inbox, answers)
	if err != nil {
		return fmt.Errorf("call %s: %w", subject, err)
	}
	defer func() { _ = sub.Unsubscribe() }()
	ctx, forget := c.denials.watch(ctx, func(denied string) bool { return denied == subject })
	defer forget()
	if err := c.nc.PublishMsg(&nats.Msg{Subject: subject, Reply: inbox, Data: request}); err != nil {
		return fmt.Errorf("call %s: %w", subject, err)
	}
	p.open = map[string]bool{}
	if err := p.listen(ctx, answers); err != nil {
		_ = c.nc.Publish(inbox+cancelSuffix, nil)
		return fmt.Errorf("call %s: %w", subject, explain(ctx, err))
	}
	if err := errors.Join(p.failures...); err != nil {
		return fmt.Errorf("call %s: %w", subject, err)
	}
	return nil
}

// party tracks one call's responders.
type party struct {
	known    int // their number; 0 if unknown
	fn       func([]byte) error
	open     map[string]bool // responder → still working
	failures []error
}

func (p *party) listen(ctx context.Context, answers <-chan *nats.Msg) error {
	quiet := time.NewTimer(silence)
	defer quiet.Stop()
	var gathered <-chan time.Time
	complete := false
	for {
		select {
		case msg := <-answers:
			quiet.Reset(silence)
			if err := p.take(msg); err != nil {
				return err
			}
			if gathered == nil {
				gathered = time.After(gather)
			}
		case <-gathered:
			complete = true
		case <-quiet.C:
			return fmt.Errorf("no word for %s: %w", silence, ErrNoResponder)
		case <-ctx.Done():
			return ctx.Err() //nolint:wrapcheck // wrapped by call with the subject
		}
		if (complete || p.known > 0 && len(p.open) >= p.known) && p.finished() {
			return nil
		}
	}
}

func (p *party) take(msg *nats.Msg) error {
	if msg.Header.Get("Status") == "503" {
		return ErrNoResponder
	}
	responder := msg.Header.Get(headerResponder)
	switch msg.Header.Get(headerState) {
	case stateReply:
		p.open[responder] = true
		return p.fn(msg.Data)
	case stateDone:
		p.open[responder] = false
	case stateFailed:
		p.open[responder] = false
		p.failures = append(p.failures, &RemoteError{Text: msg.Header.Get(headerError)})
	default:
		if _, known := p.open[responder]; !known {
			p.open[responder] = true
		}
	}
	return nil
}

// finished reports whether somebody answered and nobody is working any more.
func (p *party) finished() bool {
	for _, working := range p.open {
		if working {
			return false
		}
	}
	return len(p.open) > 0
}
