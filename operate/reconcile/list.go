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

// Lists are the grocery app's, and the feed that they are made from.
type Lists struct {
	Feed    *jetstream.Conn // as the feed's publisher
	Lacking func(ctx context.Context, requests []groceryapp.Request) ([]groceryapp.Request, error)
}

const (
	// listWithin is how long a repair waits for the app to read the feed again before what isn't there counts as on its way.
	listWithin = 20 * time.Second
	listPause  = 200 * time.Millisecond
)

// lists compares the feed with the lists, as far as the app's consumer says that it is. What was acknowledged and never
// came to a list was taken by somebody else in the app's name, or is of a database that was put back. It is mended by
// letting the app read the feed from its beginning: it takes each request once.
func (r *run) lists(ctx context.Context) error {
	if r.Lists == nil {
		return nil
	}
	consumer, err := r.Lists.Feed.ConsumerInfo(ctx, events.Feed, groceryapp.Consumer)
	if errors.Is(err, jetstream.ErrNotFound) {
		return nil // the app reads from the beginning when it comes
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

// lost gives the requests up to a sequence of the feed that are on no list.
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

// requestOf reads a message as far as it tells which request it is. The id of the event is that of the request.
func requestOf(msg jetstream.Message) groceryapp.Request {
	owner, err := events.OwnerOf(msg.Subject)
	if err != nil {
		return groceryapp.Request{}
	}
	return groceryapp.Request{User: owner, ID: msg.HeaderValue(events.HeaderID), Sequence: msg.Sequence}
}

// readAgain lets the app begin anew, and gives the ids of what hasn't come to a list after a while.
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
