package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	commandapi "larder.dev/command-api"
	"larder.dev/internal/jetstream"
	"larder.dev/operate"
	"larder.dev/projectors"
)

const (
	donePoll     = 20 * time.Millisecond
	viewsPoll    = 100 * time.Millisecond
	databasePoll = 500 * time.Millisecond
	// caughtUpWithin is how long a command waits for the projections before it reports that they
	// lag: in total or, with a large backlog, since they last made progress.
	caughtUpWithin = 30 * time.Second
)

// awaitCaughtUp waits until a running larder's projections have all of a user's current events, so
// that what a command wrote can be found when the command ends. After an outage they may lag for
// long: then it says so, and the command still succeeds.
func awaitCaughtUp(ctx context.Context, larder *connection, api *commandapi.API, user string, con console) error {
	ctx, cancel := context.WithTimeout(ctx, caughtUpWithin)
	defer cancel()
	return behindIsNoFailure(caughtUp(ctx, larder, api, user, donePoll, func(int64) {}), con)
}

// awaitViews is awaitCaughtUp after many writes, with a bar: it waits as long as the projections
// make progress.
func awaitViews(ctx context.Context, larder *connection, api *commandapi.API, user string, written int64, con console) error {
	waiting, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stuck := time.AfterFunc(caughtUpWithin, func() { cancel(context.DeadlineExceeded) })
	defer stuck.Stop()
	bar := newProgress(con.err, "into search and the other views", "recipes")
	least := written
	err := caughtUp(waiting, larder, api, user, viewsPoll, func(left int64) {
		if left < least {
			least = left
			stuck.Reset(caughtUpWithin)
		}
		bar.set(written-least, written)
	})
	if err == nil {
		bar.set(written, written)
		bar.finish()
		return nil
	}
	bar.abandon()
	if cause := context.Cause(waiting); ctx.Err() == nil && cause != nil {
		err = cause
	}
	return behindIsNoFailure(err, con)
}

func behindIsNoFailure(err error, con console) error {
	if errors.Is(err, context.DeadlineExceeded) || isAway(err) {
		fmt.Fprintln(con.err, "the projections are behind (larder status): what was written will be found later")
		return nil
	}
	return err
}

// isAway reports whether the stream, or every reader of it, is unreachable. It recovers by itself,
// and the events then follow.
func isAway(err error) bool {
	return errors.Is(err, projectors.ErrNoProjectors) || errors.Is(err, jetstream.ErrNotConnected)
}

// caughtUp repeatedly reports how many events are still pending.
func caughtUp(ctx context.Context, larder *connection, api *commandapi.API, user string, poll time.Duration, left func(int64)) error {
	conn, err := larder.Stream(ctx)
	if err != nil {
		return err
	}
	control := projectors.NewControl(conn)
	var end uint64 // of the stream, once it contained all of the user's events
	return operate.Until(ctx, poll, func() (bool, error) {
		unpublished, err := api.Users().Unpublished(ctx, user)
		if err != nil {
			return false, fmt.Errorf("wait for the relay: %w", err)
		}
		all, err := control.Status(ctx)
		if err != nil {
			return false, fmt.Errorf("ask for the status: %w", err)
		}
		if end == 0 && unpublished == 0 {
			end = streamEnd(all)
		}
		lag := behind(all, end)
		left(unpublished + lag)
		return unpublished == 0 && lag == 0, nil
	})
}

func streamEnd(all []projectors.Status) (end uint64) {
	for _, p := range all {
		end = max(end, p.StreamEnd)
	}
	return end
}

// behind returns how many events up to the stream's end the slowest projection lacks; an end of 0
// is unknown.
func behind(all []projectors.Status, end uint64) (events int64) {
	for _, p := range all {
		if end == 0 || p.Position < end {
			events = max(events, int64(min(p.LagEvents, math.MaxInt64)))
		}
	}
	return events
}
