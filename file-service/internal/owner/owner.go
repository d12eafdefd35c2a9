// Package owner decides whether a person's files may still be delivered. A signed address works for
// a day or two; someone who is disabled or deleted must be cut off sooner.
package owner

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// State is the state of an account.
type State int

// The states of an account.
const (
	Active State = iota
	Disabled
	Gone // deleted, or never existed
)

const (
	// fresh is how long an answer is cached, and so how long addresses keep working at most.
	fresh = 5 * time.Second
	// askTimeout is how long a reader waits for a database that doesn't answer.
	askTimeout = 2 * time.Second
	// maxKnown limits the cached answers.
	maxKnown = 20_000
)

// Source looks up an account's state in one database.
type Source func(ctx context.Context, id string) (State, error)

// Owners looks up accounts' states and caches them briefly. It is safe for concurrent use.
type Owners struct {
	sources []Source
	now     func() time.Time

	mu    sync.Mutex
	known map[string]answer
	away  time.Time // ask no source before this: none answered
}

type answer struct {
	state State
	asked time.Time
}

// New returns Owners. It asks the sources in order until one answers.
func New(sources ...Source) *Owners {
	return &Owners{sources: sources, now: time.Now, known: map[string]answer{}}
}

// State returns the state of an account. While no source answers it returns the last known state
// or, if there is none, the sources' error.
func (o *Owners) State(ctx context.Context, id string) (State, error) {
	last, known, ask := o.remembered(id)
	if !ask {
		return last, nil
	}
	asked := o.now()
	state, err := o.ask(ctx, id)
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case err == nil:
		if len(o.known) >= maxKnown {
			clear(o.known)
		}
		o.known[id] = answer{state: state, asked: asked}
		return state, nil
	case known:
		o.away = o.now().Add(fresh)
		return last, nil
	default:
		return Active, fmt.Errorf("ask for the account of user %s: %w", id, err)
	}
}

// remembered returns what is known of an account, and whether it must be looked up.
func (o *Owners) remembered(id string) (state State, known, ask bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	last, known := o.known[id]
	now := o.now()
	return last.state, known, !known || now.Sub(last.asked) >= fresh && !now.Before(o.away)
}

func (o *Owners) ask(ctx context.Context, id string) (State, error) {
	var failures []error
	for _, source := range o.sources {
		asking, cancel := context.WithTimeout(ctx, askTimeout)
		state, err := source(asking, id)
		cancel()
		if err == nil {
			return state, nil
		}
		failures = append(failures, err)
	}
	return Active, errors.Join(failures...)
}
