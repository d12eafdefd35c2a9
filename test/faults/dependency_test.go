package faults_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/testkit"
	"larder.dev/internal/testkit/servers"
	"larder.dev/test/larder"
)

// dependency is a server for this test alone, so that it can stop it.
type dependency struct {
	name   string // for the table
	dir    string // its data is below it
	start  func(ctx context.Context, dir string) (*servers.Server, error)
	server *servers.Server
	doors  []*testkit.Proxy
}

// dependencies start concurrently, and end with the test. Elasticsearch is shared by all tests
// unless the test must stop it: it is slow to start.
func dependencies(t *testing.T, ownElasticsearch bool) map[string]*dependency {
	t.Helper()
	of := func(name string, start func(context.Context, string) (*servers.Server, error)) *dependency {
		return &dependency{name: name, dir: filepath.Join(t.TempDir(), "server"), start: start}
	}
	all := map[string]*dependency{
		"postgres": of("PostgreSQL", servers.StartDurablePostgres),
		"redis":    of("Redis", servers.StartRedis),
		"nats":     of("NATS", servers.StartBroker),
	}
	elasticsearch := of("Elasticsearch", servers.StartElasticsearch)
	if ownElasticsearch {
		all["elasticsearch"] = elasticsearch
	}
	failed := make(chan error, len(all))
	for _, d := range all {
		go func() { failed <- d.run(t.Context()) }()
	}
	var errs []error
	for range all {
		errs = append(errs, <-failed)
	}
	started := maps.Clone(all)
	t.Cleanup(func() {
		for _, d := range started {
			if d.server != nil {
				_ = d.server.Thaw()
				_ = d.server.Stop()
			}
		}
	})
	require.NoError(t, errors.Join(errs...))
	if !ownElasticsearch {
		elasticsearch.server = &servers.Server{URL: os.Getenv("LARDER_TEST_ELASTICSEARCH_URL")}
		all["elasticsearch"] = elasticsearch
	}
	return all
}

// run starts or restarts the server.
func (d *dependency) run(ctx context.Context) (err error) {
	d.server, err = d.start(ctx, d.dir)
	return err
}

// startOn starts every component as a separate process on the dependencies, behind doors.
func startOn(t *testing.T, all map[string]*dependency) *larder.Parts {
	t.Helper()
	broker := all["nats"].server
	parts := larder.NewPartsOn(t, larder.RunFile{
		PostgresURL: all["postgres"].server.URL, RedisURL: all["redis"].server.URL,
		NATSURL: broker.URL, FeedNATSURL: servers.PublisherURL(broker), FeedURL: servers.FeedURL(broker),
		ElasticsearchURL: all["elasticsearch"].server.URL,
	})
	for door, of := range map[string]string{
		"postgres": "postgres", "redis": "redis", "elasticsearch": "elasticsearch",
		"nats": "nats", "nats of the grocery feed": "nats",
	} {
		all[of].doors = append(all[of].doors, parts.Door(door))
	}
	parts.Migrate(t)
	parts.Start(t)
	return parts
}

// fault lasts for a while. It is over when end returns.
type fault struct {
	what    string
	lasting time.Duration
	allowed allowance
	begin   func(t *testing.T)
	hold    func(t *testing.T, lasting time.Duration)
	end     func(t *testing.T)
}

func wait(t *testing.T, lasting time.Duration) {
	t.Helper()
	select {
	case <-time.After(lasting): // the fault's own duration
	case <-t.Context().Done():
	}
}

func (d *dependency) again(t *testing.T) {
	t.Helper()
	require.NoError(t, d.run(t.Context()))
}

func (d *dependency) mend(t *testing.T) {
	t.Helper()
	for _, door := range d.doors {
		door.Mend()
	}
}

func (d *dependency) stopped() fault {
	return fault{
		what: d.name + " stopped", hold: wait, end: d.again,
		begin: func(t *testing.T) { t.Helper(); require.NoError(t, d.server.Stop()) },
	}
}

func (d *dependency) killed() fault {
	return fault{
		what: d.name + " killed", hold: wait, end: d.again,
		begin: func(t *testing.T) { t.Helper(); require.NoError(t, d.server.Kill()) },
	}
}

func (d *dependency) frozen() fault {
	return fault{
		what: d.name + " frozen", hold: wait,
		begin: func(t *testing.T) { t.Helper(); require.NoError(t, d.server.Freeze()) },
		end:   func(t *testing.T) { t.Helper(); require.NoError(t, d.server.Thaw()) },
	}
}

func (d *dependency) slow() fault {
	return fault{
		what: d.name + " slow", hold: wait, end: d.mend,
		begin: func(*testing.T) {
			for _, door := range d.doors {
				door.Slow(500 * time.Millisecond)
			}
		},
	}
}

// cut breaks every connection during an answer, sooner or later: in the first bytes, and after a
// few whole ones.
func (d *dependency) cut() fault {
	sizes := []int{1, 700, 3000, 90, 20_000, 350, 1500}
	return fault{
		what: d.name + " cut", end: d.mend,
		begin: func(*testing.T) {},
		hold: func(t *testing.T, lasting time.Duration) {
			t.Helper()
			for n, over := 0, time.Now().Add(lasting); time.Now().Before(over); n++ {
				for _, door := range d.doors {
					door.CutAnswers(sizes[n%len(sizes)])
				}
				wait(t, 500*time.Millisecond)
			}
		},
	}
}

// partKilled and partFrozen are the same for a component, which can't answer requests meanwhile.
func partKilled(parts *larder.Parts, name string) fault {
	return fault{
		what: name + " killed", hold: wait, allowed: silenced(name),
		begin: func(t *testing.T) { t.Helper(); parts.Take(name).Kill9(t) },
		end:   func(t *testing.T) { t.Helper(); parts.Launch(t, name).Ready(t) },
	}
}

func partFrozen(parts *larder.Parts, name string) fault {
	return fault{
		what: name + " frozen", hold: wait, allowed: silenced(name),
		begin: func(t *testing.T) { t.Helper(); parts.Part(name).Freeze(t) },
		end:   func(t *testing.T) { t.Helper(); parts.Part(name).Thaw(t) },
	}
}

func silenced(component string) allowance {
	var of []kindOf
	switch component {
	case "command-api":
		of = []kindOf{write}
	case "query-api":
		of = []kindOf{detail, search}
	}
	return allowance{refused: of, unanswered: of} // nginx answers 503 for a component that doesn't
}

// without is what may be refused while a server is down: rule 10.
func without(server string) allowance {
	switch server {
	case "postgres":
		// A recipe that hasn't reached the backup yet is refused too.
		return allowance{refused: []kindOf{write, detail}, behind: true}
	case "redis":
		return allowance{refused: []kindOf{write, detail, search}}
	default:
		return allowance{}
	}
}
