package jetstream

import (
	"fmt"

	"github.com/nats-io/nats.go"
)

// Subscribe calls fn for every message published on a subject from now on, one at a time. Treat it
// as a hint only: messages published while disconnected are missed. Stop ends it.
func (c *Conn) Subscribe(subject string, fn func(Message)) (stop func(), err error) {
	sub, err := c.nc.Subscribe(subject, func(msg *nats.Msg) {
		fn(Message{Subject: msg.Subject, Header: msg.Header, Data: msg.Data})
	})
	if err != nil {
		return nil, fmt.Errorf("subscribe to %s: %w", subject, err)
	}
	return func() { _ = sub.Unsubscribe() }, nil
}
