// Package attack lets one person do their worst to the built binary while another one cooks. A
// trial measures how long the other one, the victim, waits, first without an attack and then under
// it, and fails if that is more than three times as long or a request of the victim's fails. It
// prints a table for docs/measurements.
package attack

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

const (
	// worsening is how many times its quiet value the victim's p99 may be under an attack.
	worsening = 3
	// noise is an acceptable p99 whatever the quiet one was. Attacker, victim and server share one
	// machine here, so the attacker's own work would exceed three times a quiet p99 of 3 ms.
	noise = 25 * time.Millisecond

	watchTime = 8 * time.Second
	warmTime  = time.Second
	// pace is the interval between the starts of each of the victim's acts: some 300 per watch.
	pace = 25 * time.Millisecond
	// refusedPause is how long the attacker waits after a refusal. Without it the test would
	// measure how many refusals a second two cores can write and read.
	refusedPause = 50 * time.Millisecond
)

// act is something that the victim does repeatedly.
type act struct {
	name string
	do   func(n int) (larder.Answer, error)
}

// trial is an attack and what it must not affect.
type trial struct {
	attack string // name in the table
	victim []act
	// begin runs once, before the victim is watched under the attack; may be nil.
	begin func()
	// strike is one request of each of atOnce attackers, repeated as soon as it is answered.
	strike func(ctx context.Context, attacker, n int) (larder.Answer, error)
	atOnce int
}

// run runs the trial. Its rows go to the table even if it fails.
func (tr trial) run(t *testing.T) {
	t.Helper()
	tr.watch(warmTime) // doesn't count
	quiet := tr.watch(watchTime)
	if tr.begin != nil {
		tr.begin()
	}
	end := tr.strikes(t.Context())
	attacked := tr.watch(watchTime)
	answers := end()
	var missed, failed []string
	for i, act := range tr.victim {
		row := row{attack: tr.attack, act: act.name, quiet: quiet[i], attacked: attacked[i], answers: answers}
		report.add(row)
		t.Log("\n" + heading + row.String())
		if row.missed() {
			missed = append(missed, act.name)
		}
		failed = append(failed, slices.Concat(quiet[i].failed, attacked[i].failed)...)
	}
	require.Empty(t, failed, "the victim's requests failed")
	require.Empty(t, missed, "what the victim waited for too long")
}

// watch lets the victim do everything for a while, and returns how long each act took.
func (tr trial) watch(lasting time.Duration) []sample {
	samples := make([]sample, len(tr.victim))
	var acts sync.WaitGroup
	for i, act := range tr.victim {
		acts.Go(func() { samples[i] = act.watch(lasting) })
	}
	acts.Wait()
	return samples
}

func (a act) watch(lasting time.Duration) sample {
	var s sample
	next := time.NewTicker(pace)
	defer next.Stop()
	for end := time.Now().Add(lasting); time.Now().Before(end); <-next.C {
		began := time.Now()
		answer, err := a.do(len(s.took))
		s.took = append(s.took, time.Since(began))
		switch {
		case err != nil:
			s.failed = append(s.failed, err.Error())
		case answer.Status >= http.StatusBadRequest:
			s.failed = append(s.failed, fmt.Sprintf("%d %s", answer.Status, answer.Body))
		}
	}
	slices.Sort(s.took)
	return s
}

// strikes begins the attack. The returned function ends it, and returns how often the attackers got
// each status; 0 is none.
func (tr trial) strikes(ctx context.Context) (end func() map[int]int) {
	ctx, cancel := context.WithCancel(ctx)
	var (
		mu        sync.Mutex
		answers   = map[int]int{}
		attackers sync.WaitGroup
	)
	for attacker := range tr.atOnce {
		attackers.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				answer, err := tr.strike(ctx, attacker, n)
				if ctx.Err() != nil {
					return
				}
				mu.Lock()
				answers[answer.Status]++
				mu.Unlock()
				if err != nil || answer.Status == http.StatusTooManyRequests || answer.Status == http.StatusServiceUnavailable {
					pause(ctx)
				}
			}
		})
	}
	return func() map[int]int {
		cancel()
		attackers.Wait()
		return answers
	}
}

func pause(ctx context.Context) {
	timer := time.NewTimer(refusedPause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// sample is an act's sorted durations, and the answers that weren't what the victim asked for.
type sample struct {
	took   []time.Duration
	failed []string
}

// at returns the p-th percentile.
func (s sample) at(p int) time.Duration { return s.took[min(len(s.took)*p/100, len(s.took)-1)] }
