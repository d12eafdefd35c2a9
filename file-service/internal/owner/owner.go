// Package owner tells whether the files of a person are still delivered. A signed address opens for a day or two; a
// person who is shut out or gone must not wait for that.
package owner

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// State is that of an account.
type State int

// The states of an account.
const (
	Active State = iota
	Disabled
	Gone // deleted, or never there
)

const (
	// fresh is how long an answer counts, and so how long what was given out still opens at most.
	fresh = 5 * time.Second
	// askTimeout bounds how long a reader waits for a database that doesn't answer.
	askTimeout = 2 * time.Second
	// maxKnown bounds the answers that are kept.
	maxKnown = 20_000
)

// Source asks one database for the state of an account.
type Source func(ctx context.Context, id string) (State, error)

// Owners asks for the states of accounts, of each once in a while. It is safe for concurrent use.
type Owners struct {
	sources []Source
	now     func() time.Time

	mu    sync.Mutex
	known map[string]answer
	away  time.Time // until then no source is asked: none answered
}

type answer struct {
	state State
	asked time.Time
}

// New makes Owners. The sources are asked in their order, until one answers.
func New(sources ...Source) *Owners {
	return &Owners{sources: sources, now: time.Now, known: map[string]answer{}}
}

// State gives the state of an account. While no source answers it is the last one that was known; the error is that of
// the sources where none was.
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

// remembered gives what is known of an account, and whether it has to be asked for.
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
