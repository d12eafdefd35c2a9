package reconcile

import (
	"context"
	"errors"
	"fmt"
	"time"

	"larder.dev/events"
	groceryapp "larder.dev/grocery-app"
	"larder.dev/internal/jetstream"
	"larder.dev/operate"
)

// ListStore names the grocery app's lists among the stores.
const ListStore = "list"

// Lists are the grocery app's, and the feed from which they are filled.
type Lists struct {
	Feed    *jetstream.Conn // as the feed's publisher
	Lacking func(ctx context.Context, requests []groceryapp.Request) ([]groceryapp.Request, error)
}

const (
	// listWithin is how long a repair waits for the app to reread the feed before what is missing
	// counts as pending.
	listWithin = 20 * time.Second
	listPause  = 200 * time.Millisecond
)

// lists compares the feed with the lists, up to the position of the app's consumer. What was
// acknowledged but never reached a list was taken by somebody else in the app's name, or belongs to
// a restored database. The repair lets the app reread the feed from its beginning: it applies each
// request once.
func (r *run) lists(ctx context.Context) error {
	if r.Lists == nil {
		return nil
	}
	consumer, err := r.Lists.Feed.ConsumerInfo(ctx, events.Feed, groceryapp.Consumer)
	if errors.Is(err, jetstream.ErrNotFound) {
		return nil // the app reads from the beginning when it starts
	}
	if err != nil {
		return fmt.Errorf("ask how far the grocery app is: %w", err)
	}
	lost, err := r.lost(ctx, consumer.AckFloor)
	if err != nil || len(lost) == 0 {
		return err
	}
	var still map[string]bool
	if r.Repair {
		if still, err = r.readAgain(ctx, lost); err != nil {
			return err
		}
	}
	for _, request := range lost {
		d := Difference{
			Store: ListStore, Kind: Missing, Subject: events.GrocerySubject(request.User, request.ID), Mended: r.Repair,
			Detail: fmt.Sprintf("message %d of the feed was acknowledged in the app's name, up to %d, and is on no list",
				request.Sequence, consumer.AckFloor),
		}
		if still[request.ID] {
			d.Detail += "; the app reads the feed again, and it is on its way"
		}
		r.report(d)
	}
	return nil
}

// lost returns the requests up to a feed sequence that are on no list.
func (r *run) lost(ctx context.Context, upTo uint64) ([]groceryapp.Request, error) {
	subject := events.AllFeed
	if r.User != "" {
		subject = events.FeedSubject(r.User)
	}
	reader, err := r.Lists.Feed.Read(ctx, events.Feed, []string{subject}, jetstream.ReadStart{})
	if err != nil {
		return nil, fmt.Errorf("read the feed: %w", err)
	}
	defer reader.Close()
	var lost, page []groceryapp.Request
	for left := reader.Total(); left > 0; {
		var msg jetstream.Message
		if msg, left, err = reader.Next(ctx); err != nil {
			return nil, fmt.Errorf("read the feed: %w", err)
		}
		if msg.Sequence <= upTo && msg.HeaderValue(events.HeaderType) == string(events.ItemsAdded) {
			page = append(page, requestOf(msg))
		}
		if len(page) < pageRows && left > 0 {
			continue
		}
		lacking, err := r.Lists.Lacking(ctx, page)
		if err != nil {
			return nil, err
		}
		lost, page = append(lost, lacking...), page[:0]
	}
	return lost, nil
}

// requestOf parses only what identifies a message's request. The event's id is the request's.
func requestOf(msg jetstream.Message) groceryapp.Request {
	owner, err := events.OwnerOf(msg.Subject)
	if err != nil {
		return groceryapp.Request{}
	}
	return groceryapp.Request{User: owner, ID: msg.HeaderValue(events.HeaderID), Sequence: msg.Sequence}
}

// readAgain makes the app reread the feed, and returns ids that haven't reached a list in time.
func (r *run) readAgain(ctx context.Context, lost []groceryapp.Request) (map[string]bool, error) {
	if err := r.Lists.Feed.DeleteConsumer(ctx, events.Feed, groceryapp.Consumer); err != nil {
		return nil, fmt.Errorf("let the grocery app read the feed again: %w", err)
	}
	for until := time.Now().Add(listWithin); ; {
		lacking, err := r.Lists.Lacking(ctx, lost)
		if err != nil {
			return nil, err
		}
		if len(lacking) == 0 || time.Now().After(until) {
			still := map[string]bool{}
			for _, request := range lacking {
				still[request.ID] = true
			}
			return still, nil
		}
		if err := operate.Pause(ctx, listPause); err != nil {
			return nil, err
		}
	}
}
