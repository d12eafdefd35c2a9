package faults_test

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// A fault's duration, and the number of cooks.
const (
	shortFault  = 7 * time.Second // longer than a request's deadline
	longFault   = 10 * time.Second
	longFreeze  = 30 * time.Second
	beforeFault = time.Second
	steadyUsers = 5
	cooksOfEach = 4
)

// Each server of a Larder of separate processes, and each component, is taken away while 20 cooks
// write and read: everything acknowledged is everywhere afterwards, once; nobody ever saw another's
// recipe; what must be answered meanwhile was answered, within the deadline; and the lag returned
// to zero by itself.
//
//nolint:tparallel // a fault is a subtest so that its connections end with it, and faults come one after another
func TestServerFaults(t *testing.T) {
	t.Parallel()
	long := os.Getenv("LARDER_FAULTS") == "long"
	stores := dependencies(t, long)
	parts := startOn(t, stores)
	w := newWatch(t, parts)
	faults := shortFaults(stores, parts)
	if long {
		faults = longFaults(stores, parts)
	}
	defer func() { t.Log(w.table()) }()
	for _, f := range faults {
		t.Run(f.what, func(t *testing.T) { w.through(t, f) })
		require.False(t, w.under, "%s didn't end: what comes after it would show nothing", f.what)
	}
}

// shortFaults has one for each server, and those without a slow start.
func shortFaults(stores map[string]*dependency, parts *larder.Parts) []fault {
	all := map[string]func(*dependency) fault{
		"postgres": (*dependency).killed, "redis": (*dependency).frozen,
		"elasticsearch": (*dependency).cut, "nats": (*dependency).stopped,
	}
	var faults []fault
	for _, name := range []string{"postgres", "redis", "elasticsearch", "nats"} {
		f := all[name](stores[name])
		f.allowed = without(name)
		faults = append(faults, f)
	}
	return lasting(shortFault, append(faults, partKilled(parts, "relay")))
}

func lasting(d time.Duration, faults []fault) []fault {
	for i := range faults {
		faults[i].lasting = d
	}
	return faults
}

// longFaults has all of them.
func longFaults(stores map[string]*dependency, parts *larder.Parts) []fault {
	var faults []fault
	for _, name := range []string{"postgres", "redis", "elasticsearch", "nats"} {
		d := stores[name]
		of := lasting(longFault, []fault{d.stopped(), d.killed(), d.slow(), d.cut()})
		of = append(of, lasting(longFreeze, []fault{d.frozen()})...)
		for i := range of {
			of[i].allowed = without(name)
		}
		faults = append(faults, of...)
	}
	for _, name := range []string{"command-api", "query-api", "relay", "projectors"} {
		faults = append(faults, lasting(longFault, []fault{partKilled(parts, name)})...)
		faults = append(faults, lasting(longFreeze, []fault{partFrozen(parts, name)})...)
	}
	return faults
}

// watch is the load over all faults, and the observations of each.
type watch struct {
	parts   *larder.Parts
	kitchen *kitchen
	cooks   []*steady
	under   bool // a fault is in progress
	seen    []seen
}

// seen is a row of the table.
type seen struct {
	what        string
	lasting     time.Duration
	tally       tally
	lost, wrong int
	toZero      time.Duration
}

func newWatch(t *testing.T, parts *larder.Parts) *watch {
	t.Helper()
	w := &watch{parts: parts, kitchen: staff(t, parts.Server, newRandom(t), steadyUsers, cooksOfEach)}
	others := &strangers{recipes: map[string]string{}}
	for _, c := range w.kitchen.cooks {
		c.insists = true
		own := *c.client // cooks of one user have separate sessions
		c.client = &own
		w.cooks = append(w.cooks, &steady{cook: c, others: others, think: think})
	}
	return w
}

// through takes everybody through a fault, and inspects every place afterwards.
func (w *watch) through(t *testing.T, f fault) {
	t.Helper()
	stop := w.begin(f)
	defer stop()
	w.under = true
	wait(t, beforeFault)
	f.begin(t)
	f.hold(t, f.lasting)
	f.end(t)
	over := time.Now()
	w.writing(t)
	stop()
	w.under = false
	w.parts.CaughtUpWithin(t, 2*time.Minute)
	row := seen{what: f.what, lasting: f.lasting, toZero: time.Since(over), tally: w.sum()}
	found := verify(t, w.parts.Server, w.kitchen.accounts())
	for _, finding := range found {
		if finding.kind == lost {
			row.lost++
		}
	}
	row.wrong = len(found) - row.lost + len(row.tally.wrong)
	w.seen = append(w.seen, row)
	t.Log(row)
	for _, c := range w.cooks {
		require.NoError(t, c.broken, "what %s asked for", c.client.User.Name)
	}
	require.Empty(t, found, "what is wrong after it")
	require.Empty(t, row.tally.wrong, "answers that must not be")
}

// begin starts the cooks, and returns a function that stops them and waits.
func (w *watch) begin(f fault) (stop func()) {
	var working sync.WaitGroup
	over := make(chan struct{})
	for _, c := range w.cooks {
		c.allowed, c.tally = f.allowed, tally{}
		working.Go(func() { c.work(over) })
	}
	return sync.OnceFunc(func() {
		close(over)
		working.Wait()
	})
}

// writing waits until every cook has had another write acknowledged.
func (w *watch) writing(t *testing.T) {
	t.Helper()
	before := make([]int64, len(w.cooks))
	for i, c := range w.cooks {
		before[i] = c.answered.Load()
	}
	larder.Soon(t, time.Minute, func() string {
		for i, c := range w.cooks {
			if c.answered.Load() == before[i] {
				return c.client.User.Name + " still gets no write through"
			}
		}
		return ""
	})
}

func (w *watch) sum() tally {
	var sum tally
	for _, c := range w.cooks {
		sum.requests += c.tally.requests
		sum.refused += c.tally.refused
		sum.unanswered += c.tally.unanswered
		sum.longest = max(sum.longest, c.tally.longest)
		sum.wrong = append(sum.wrong, c.tally.wrong...)
	}
	return sum
}

func (w *watch) table() string {
	var text strings.Builder
	fmt.Fprintf(&text, "\n%d clients\n\n", len(w.cooks))
	text.WriteString("| fault | for | requests | refused | unanswered | lost | wrong | longest wait | seconds to zero lag |\n")
	text.WriteString("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n")
	for _, s := range w.seen {
		text.WriteString(s.String() + "\n")
	}
	return text.String()
}

// String formats the row.
func (s seen) String() string {
	return fmt.Sprintf("| %s | %s | %d | %d | %d | %d | %d | %.1f s | %.1f |", s.what, s.lasting, s.tally.requests,
		s.tally.refused, s.tally.unanswered, s.lost, s.wrong, s.tally.longest.Seconds(), s.toZero.Seconds())
}
