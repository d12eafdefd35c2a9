package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	commandapi "larder.dev/command-api"
	"larder.dev/internal/jetstream"
	"larder.dev/projectors"
)

const (
	settlePoll   = 20 * time.Millisecond
	databasePoll = 500 * time.Millisecond
	// caughtUpWithin is how long a command waits for the projections before it says that they are behind.
	caughtUpWithin = 30 * time.Second
)

// awaitCaughtUp waits until the projections of a running larder have every event that a user has now, so
// that what a command wrote is found when the command has ended. They may be behind for long after an
// outage: then it says so, and the command is done all the same.
func awaitCaughtUp(ctx context.Context, work *workplace, api *commandapi.API, user string, con console) error {
	ctx, cancel := context.WithTimeout(ctx, caughtUpWithin)
	defer cancel()
	err := caughtUp(ctx, work, api, user)
	if errors.Is(err, context.DeadlineExceeded) || isAway(err) {
		fmt.Fprintln(con.err, "the projections are behind (larder status): what was written will be found later")
		return nil
	}
	return err
}

// isAway tells whether the stream, or everybody who reads it, is away. It comes back, and the rest by itself.
func isAway(err error) bool {
	return errors.Is(err, projectors.ErrNoProjectors) || errors.Is(err, jetstream.ErrNotConnected)
}

func caughtUp(ctx context.Context, work *workplace, api *commandapi.API, user string) error {
	if err := settled(ctx, settlePoll, func() (bool, error) { return api.Users().Settled(ctx, user) }); err != nil {
		return fmt.Errorf("wait for the relay: %w", err)
	}
	conn, err := work.Stream(ctx)
	if err != nil {
		return err
	}
	control := projectors.NewControl(conn)
	var end uint64 // of the stream, when everything of the user was in it
	return settled(ctx, settlePoll, func() (bool, error) {
		all, err := control.Status(ctx)
		if err != nil {
			return false, fmt.Errorf("ask for the status: %w", err)
		}
		done := true
		for _, p := range all {
			if end == 0 {
				end = p.StreamEnd
			}
			done = done && (p.LagEvents == 0 || p.Position >= end)
		}
		return done, nil
	})
}

// settled asks again and again until it is so: what is asked is in another process, which sends no signal.
func settled(ctx context.Context, pause time.Duration, done func() (bool, error)) error {
	ticker := time.NewTicker(pause)
	defer ticker.Stop()
	for {
		ok, err := done()
		if ok || err != nil {
			return err
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
