package jetstream

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

// The protocol between Serve and Call: a request carries an inbox; the server replies there with
// messages that name the responder and a state. While working it repeats stateWorking, so that the
// caller can distinguish long work from a dead process. A message on inbox+".cancel" cancels the
// work.
const (
	headerResponder = "Call-Responder"
	headerState     = "Call-State"
	headerError     = "Call-Error"

	stateWorking = "working"
	stateReply   = "reply"
	stateDone    = "done"
	stateFailed  = "failed"

	cancelSuffix = ".cancel"
	beatEvery    = 2 * time.Second
)

// Handler answers one request with any number of replies. The context ends when the caller cancels
// or the service stops.
type Handler func(ctx context.Context, request []byte, reply func([]byte) error) error

// service runs the requests of one Serve.
type service struct {
	conn    *Conn
	id      string
	handler Handler
	ctx     context.Context //nolint:containedctx // the service's lifetime, which ends its requests
	running sync.WaitGroup
}

// Serve answers calls on a subject until stop, which cancels running requests and waits for them.
// Processes with the same queue share the requests; with queue "" each gets all of them.
func (c *Conn) Serve(subject, queue string, handler Handler) (stop func(), err error) {
	ctx, cancel := context.WithCancel(context.Background())
	s := &service{conn: c, id: rand.Text(), handler: handler, ctx: ctx}
	sub, err := c.subscribeQueue(subject, queue, s.accept)
	if err != nil {
		cancel()
		return nil, fmt.Errorf("serve %s: %w", subject, err)
	}
	return func() {
		_ = sub.Unsubscribe()
		cancel()
		s.running.Wait()
	}, nil
}

func (c *Conn) subscribeQueue(subject, queue string, fn nats.MsgHandler) (*nats.Subscription, error) {
	if queue == "" {
		return c.nc.Subscribe(subject, fn) //nolint:wrapcheck // wrapped by Serve
	}
	return c.nc.QueueSubscribe(subject, queue, fn) //nolint:wrapcheck // wrapped by Serve
}

func (s *service) accept(msg *nats.Msg) {
	if msg.Reply == "" || s.ctx.Err() != nil {
		return
	}
	s.running.Go(func() { s.answer(msg) })
}

func (s *service) answer(msg *nats.Msg) {
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	sub, err := s.conn.nc.Subscribe(msg.Reply+cancelSuffix, func(*nats.Msg) { cancel() })
	if err == nil {
		defer func() { _ = sub.Unsubscribe() }()
	}
	var beats sync.WaitGroup
	beats.Go(func() { s.beat(ctx, msg.Reply) })
	err = s.handler(ctx, msg.Data, func(reply []byte) error { return s.send(msg.Reply, stateReply, "", reply) })
	cancel()
	beats.Wait()
	if err != nil {
		s.log(s.send(msg.Reply, stateFailed, err.Error(), nil))
		return
	}
	s.log(s.send(msg.Reply, stateDone, "", nil))
}

func (s *service) beat(ctx context.Context, inbox string) {
	ticker := time.NewTicker(beatEvery)
	defer ticker.Stop()
	for {
		s.log(s.send(inbox, stateWorking, "", nil))
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

func (s *service) send(inbox, state, failure string, data []byte) error {
	msg := nats.NewMsg(inbox)
	msg.Header.Set(headerResponder, s.id)
	msg.Header.Set(headerState, state)
	if failure != "" {
		msg.Header.Set(headerError, failure)
	}
	msg.Data = data
	if err := s.conn.nc.PublishMsg(msg); err != nil {
		return fmt.Errorf("answer a call: %w", err)
	}
	return nil
}

func (s *service) log(err error) {
	if err != nil {
		s.conn.log.Warn("could not answer a call", slog.Any("error", err))
	}
}
