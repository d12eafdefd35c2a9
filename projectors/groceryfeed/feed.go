package groceryfeed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"larder.dev/events"
	"larder.dev/internal/jetstream"
	"larder.dev/projectors"
)

// headerHighWater is the user's highest change number on the feed, up to and including this
// message.
const headerHighWater = "larder-high-water"

// attempts limits how often another process may win before the runner retries later.
const attempts = 5

// feed is one user's part of the public feed, as last read.
type feed struct {
	conn    *jetstream.Conn
	subject string

	known bool   // last and high are set
	last  uint64 // stream sequence of the last message; 0 if there is none
	high  int64
	sent  map[string]uint64 // the sequence of each request on the feed, by id; nil until needed
}

// send publishes a request on the feed unless it is there.
func (f *feed) send(ctx context.Context, event projectors.Event, grocery events.Grocery) error {
	for range attempts {
		done, err := f.has(ctx, event.Change, grocery.RequestID)
		if err != nil || done {
			return err
		}
		err = f.publish(ctx, event, grocery)
		if !errors.Is(err, jetstream.ErrConflict) {
			return err
		}
		f.forget() // another process published meanwhile, perhaps this very request
	}
	return fmt.Errorf("send request %s on %s: %w", grocery.RequestID, f.subject, jetstream.ErrConflict)
}

// has reports whether a request is on the feed.
func (f *feed) has(ctx context.Context, change int64, request string) (bool, error) {
	if err := f.look(ctx); err != nil {
		return false, err
	}
	if change > f.high {
		return false, nil
	}
	if err := f.list(ctx); err != nil {
		return false, err
	}
	_, sent := f.sent[request]
	return sent, nil
}

// forgetRequest removes a request from the feed because its recipe was forgotten. Subscribers keep
// what they put on their lists, which belongs to the cook.
func (f *feed) forgetRequest(ctx context.Context, request string) error {
	if err := f.look(ctx); err != nil {
		return err
	}
	if err := f.list(ctx); err != nil {
		return err
	}
	sequence, sent := f.sent[request]
	if !sent {
		return nil
	}
	if err := f.conn.Delete(ctx, events.Feed, sequence); err != nil {
		return err
	}
	delete(f.sent, request)
	if sequence == f.last {
		f.forget() // the subject's last message has changed
	}
	return nil
}

func (f *feed) look(ctx context.Context) error {
	if f.known {
		return nil
	}
	msg, found, err := f.conn.Last(ctx, events.Feed, f.subject)
	if err != nil {
		return err
	}
	if found {
		f.last = msg.Sequence
		var ours bool
		if f.high, ours = highWater(msg); !ours { // someone else's: the earlier ones have it
			if err := f.list(ctx); err != nil {
				return err
			}
		}
	}
	f.known = true
	return nil
}

// highWater reads the number from a message; false if someone else published it.
func highWater(msg jetstream.Message) (high int64, ours bool) {
	high, err := strconv.ParseInt(msg.HeaderValue(headerHighWater), 10, 64)
	return high, err == nil
}

// list reads which requests are on the feed, up to the last message that look saw, and their
// highest change number.
func (f *feed) list(ctx context.Context) error {
	if f.sent != nil || f.last == 0 {
		return nil
	}
	reader, err := f.conn.Read(ctx, events.Feed, []string{f.subject}, jetstream.ReadStart{})
	if err != nil {
		return err
	}
	defer reader.Close()
	sent := map[string]uint64{}
	for left := reader.Total(); left > 0; {
		var msg jetstream.Message
		msg, left, err = reader.Next(ctx)
		if err != nil {
			return err
		}
		high, ours := highWater(msg)
		if !ours {
			continue
		}
		f.high = max(f.high, high)
		sent[msg.HeaderValue(events.HeaderID)] = msg.Sequence
	}
	f.sent = sent
	return nil
}

func (f *feed) publish(ctx context.Context, event projectors.Event, grocery events.Grocery) error {
	high := max(f.high, event.Change)
	msg, err := message(f.subject, event, grocery, high)
	if err != nil {
		return err
	}
	sequence, duplicate, err := f.conn.Publish(ctx, msg, &f.last)
	if err != nil {
		return err
	}
	if duplicate { // just sent by another process
		f.forget()
		return nil
	}
	f.last, f.high = sequence, high
	if f.sent != nil {
		f.sent[grocery.RequestID] = sequence
	}
	return nil
}

func (f *feed) forget() { *f = feed{conn: f.conn, subject: f.subject} }

// message builds the feed's event. Its id is the request's, so that the server and subscribers
// recognize a duplicate.
func message(subject string, event projectors.Event, grocery events.Grocery, high int64) (jetstream.Message, error) {
	data, err := json.Marshal(grocery)
	if err != nil {
		return jetstream.Message{}, fmt.Errorf("write request %s: %w", grocery.RequestID, err)
	}
	envelope := events.Envelope{
		ID: grocery.RequestID, Source: Source, Type: events.ItemsAdded,
		SchemaVersion: events.CurrentVersion(events.ItemsAdded), Time: event.Time, Subject: subject,
		Change: event.Change, TraceParent: event.TraceParent, Data: data,
	}
	header := envelope.Headers()
	header[headerHighWater] = []string{strconv.FormatInt(high, 10)}
	return jetstream.Message{Subject: subject, Header: header, Data: data}, nil
}
