//go:build day

package faults_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"

	"larder.dev/internal/testkit/servers"
	"larder.dev/test/larder"
)

const (
	// alertWithin is how soon an operator must be alerted to an incident.
	alertWithin = time.Minute
	// dayEvery makes the 20 cooks write 50 times per second: of their 52 or 53 rounds, one in twenty writes to an old version,
	// which is refused.
	dayEvery = 380 * time.Millisecond
)

// incident is something that happens to an operator: its alert and the runbook that this names, and
// what ends it: that runbook, or the server's return.
type incident struct {
	what    string
	alert   string
	runbook string
	allowed allowance
	begin   func(t *testing.T)
	mend    func(t *testing.T)
}

// event is a row of the day's table.
type event struct {
	incident
	alerted, over time.Duration // start to alert, and first repair step to everything everywhere
	lasted        time.Duration // of the load
	missing       string        // what was wrong
	tally         tally
	writes        int64
}

// day is a Larder of separate processes under load, watched by Prometheus.
type day struct {
	*watch

	stores  map[string]*dependency
	monitor *prometheus
	events  []event
	but     exceptions
}

// An operator's day: under load, one incident after another on real servers. An alert reports each
// within a minute, the runbook ends it, and everything acknowledged is everywhere afterwards, once.
//
//nolint:tparallel // a day's incidents come one after another
func TestDay(t *testing.T) {
	t.Parallel()
	stores := dependencies(t, true)
	parts := startOn(t, stores)
	d := &day{watch: newWatch(t, parts), stores: stores, monitor: startPrometheus(t, parts)}
	for _, c := range d.cooks {
		c.every = dayEvery
	}
	defer func() { t.Log(d.table()) }()
	chosen := os.Getenv("LARDER_DAY") // part of an incident's name, to investigate only that
	for _, i := range d.incidents() {
		if strings.Contains(i.what, chosen) {
			t.Run(i.what, func(t *testing.T) { d.live(t, i) })
		}
	}
	t.Run("the evening", func(t *testing.T) {
		d.by("reconcile.md", "bin/larder reconcile")(t)
		d.by("failback.md", "bin/larder backup verify --max-lag 1m")(t)
	})
}

// incidents are those of the day, in order.
func (d *day) incidents() []incident {
	return slices.Concat(d.outages(), d.losses(), d.garbage())
}

// outages end by themselves, once the server is back.
func (d *day) outages() []incident {
	var all []incident
	const away = "away.md"
	for _, of := range []struct{ name, alert string }{
		{"postgres", "LarderServerErrors"},
		{"nats", "LarderRelayBacklog"},
		{"redis", "LarderServerErrors"},
		{"elasticsearch", "LarderDependencyAway"},
	} {
		f := d.stores[of.name].stopped()
		all = append(all, incident{
			what: f.what, alert: of.alert, runbook: away, allowed: without(of.name), begin: f.begin, mend: f.end,
		})
	}
	for _, of := range []struct{ name, alert string }{
		{"relay", "LarderNoRelayLeads"}, {"projectors", "LarderProcessAway"}, {"command-api", "LarderProcessAway"},
	} {
		f := partKilled(d.parts, of.name)
		mend := func(t *testing.T) {
			t.Helper()
			f.end(t)
			d.monitor.configure(t, d.parts)
		}
		all = append(all, incident{what: f.what, alert: of.alert, runbook: away, allowed: f.allowed, begin: f.begin, mend: mend})
	}
	backup := d.parts.Door("backup postgres")
	primary := d.stores["postgres"].stopped()
	all = append(all, incident{
		what: "the primary lost: failover and failback", alert: "LarderServerErrors", runbook: away, allowed: without("postgres"),
		begin: primary.begin,
		mend: func(t *testing.T) {
			t.Helper()
			d.by("failover.md", "bin/larder failover")(t)
			d.writing(t)
			primary.end(t)
			d.by("failback.md", "bin/larder failback")(t)
			d.but.copies = true
		},
	})
	return append(all, incident{
		what: "the backup's database away", alert: "LarderBackupBehind", runbook: "backup-restore.md",
		begin: func(*testing.T) { backup.Cut() }, mend: func(*testing.T) { backup.Mend() },
	})
}

// losses destroy a server's data.
func (d *day) losses() []incident {
	broker := d.stores["nats"]
	index, streams := d.by("lost-index.md", "bin/larder reconcile"), d.by("lost-nats.md", "bin/larder status")
	return []incident{
		{
			what: "the cache is flushed", alert: "LarderViewLost", runbook: "lost-index.md",
			mend:    d.by("lost-cache.md", "bin/larder status", "bin/larder reconcile", "bin/larder rebuild cache"),
			allowed: allowance{loggedOut: true},
			begin: func(t *testing.T) {
				t.Helper()
				require.NoError(t, larder.Redis(t, d.parts.RunFile(t).RedisURL).FlushDB(t.Context()).Err())
			},
		},
		{
			what: "the search index is deleted", alert: "LarderViewLost", runbook: "lost-index.md", mend: index,
			begin: func(t *testing.T) {
				t.Helper()
				// A server refuses to delete by pattern.
				for _, index := range d.indices(t) {
					d.elastic(t, http.MethodDelete, "/"+index, nil)
				}
			},
		},
		{
			what: "the search index's alias is deleted", alert: "LarderViewLost", runbook: "lost-index.md", mend: index,
			begin: func(t *testing.T) {
				t.Helper()
				alias := d.parts.RunFile(t).ElasticsearchAlias
				d.elastic(t, http.MethodDelete, "/"+alias+"-*/_alias/"+alias, nil)
			},
		},
		{
			what: "the grocery feed's stream is deleted", alert: "LarderStreamLost", runbook: "lost-nats.md", mend: streams,
			begin: func(t *testing.T) {
				t.Helper()
				require.NoError(t, larder.JetStream(t, servers.FeedOwnerURL(broker.server)).DeleteStream(t.Context(), "GROCERY"))
				d.but.newFeed = time.Now()
			},
		},
		{
			what: "the stream of events is deleted", alert: "LarderStreamLost", runbook: "lost-nats.md", mend: streams,
			begin: func(t *testing.T) {
				t.Helper()
				require.NoError(t, larder.JetStream(t, d.parts.RunFile(t).NATSURL).DeleteStream(t.Context(), "LARDER"))
			},
		},
		{
			what: "NATS lost everything", alert: "LarderStreamLost", runbook: "lost-nats.md", mend: streams,
			begin: func(t *testing.T) {
				t.Helper()
				require.NoError(t, broker.server.Stop())
				require.NoError(t, os.RemoveAll(filepath.Join(broker.dir, "jetstream")))
				d.but.newFeed = time.Now()
				broker.again(t)
			},
		},
	}
}

// garbage are messages that no projection can apply.
func (d *day) garbage() []incident {
	drop := d.by("parked-events.md", "bin/larder events parked", "bin/larder events parked --drop")
	publish := func(subject string, body string, headers nats.Header) func(t *testing.T) {
		return func(t *testing.T) {
			t.Helper()
			d.but.foreign = append(d.but.foreign, headers.Get("ce-id"))
			message := &nats.Msg{Subject: subject, Data: []byte(body), Header: headers}
			_, err := larder.JetStream(t, d.parts.RunFile(t).NATSURL).PublishMsg(t.Context(), message)
			require.NoError(t, err)
		}
	}
	user := d.kitchen.cooks[0].client.User.ID
	bogus := func(what, subject, body string, headers nats.Header) incident {
		return incident{
			what: what, alert: "LarderEventsParked", runbook: "parked-events.md", begin: publish(subject, body, headers), mend: drop,
		}
	}
	future := nats.Header{
		"ce-id": {uuid.NewString()}, "ce-type": {"recipe.updated"}, "ce-specversion": {"1.0"}, "ce-source": {"larder"},
		"ce-time": {time.Now().UTC().Format(time.RFC3339Nano)}, "ce-dataschema": {"urn:larder:event:recipe.updated:99"},
	}
	return []incident{
		bogus("a bogus message about a recipe", "larder.recipe."+user+"."+uuid.NewString(), "hello", nil),
		bogus("a bogus message about a user", "larder.user."+uuid.NewString(), "hello", nil),
		bogus("an event of a version to come", "larder.recipe."+user+"."+uuid.NewString(), `{"version": 1}`, future),
	}
}

// live goes through an incident like an operator: gets the alert, follows the runbook, and checks
// everything.
func (d *day) live(t *testing.T, i incident) {
	t.Helper()
	row := event{incident: i, missing: "it didn't end"}
	defer func() {
		d.events = append(d.events, row)
		t.Log(row)
	}()
	d.parts.CaughtUpWithin(t, 2*time.Minute)
	acknowledged, load := d.answered(), time.Now()
	stop := d.begin(fault{what: i.what, allowed: i.allowed})
	defer stop()
	wait(t, beforeFault)
	before, err := d.monitor.firing(t)
	require.NoError(t, err)
	i.begin(t)
	began := time.Now()
	alerted := d.hears(t, i, before)
	row.alerted = time.Since(began)
	over := time.Now()
	i.mend(t)
	d.writing(t)
	stop()
	row.tally, row.writes, row.lasted = d.sum(), d.answered()-acknowledged, time.Since(load)
	d.parts.CaughtUpWithin(t, 2*time.Minute)
	row.over = time.Since(over)
	found := verifyBut(t, d.parts.Server, d.kitchen.accounts(), d.but)
	row.missing = strings.Join(slices.Concat(alerted, d.broken(), row.tally.wrong, said(found)), "; ")
	require.Empty(t, row.missing)
}

// answered is how many writes were acknowledged so far.
func (d *day) answered() (sum int64) {
	for _, c := range d.cooks {
		sum += c.answered.Load()
	}
	return sum
}

// hears waits for the incident's alert, which names its runbook. One that has been firing since an
// earlier incident counts if it reports something new.
func (d *day) hears(t *testing.T, i incident, before []alert) (wrong []string) {
	t.Helper()
	var firing []alert
	for until := time.Now().Add(alertWithin); time.Now().Before(until); wait(t, time.Second) {
		var err error
		firing, err = d.monitor.firing(t)
		require.NoError(t, err)
		for _, a := range firing {
			if a.name != i.alert || !a.isNews(before) {
				continue
			}
			if want := "deploy/runbooks/" + i.runbook; a.runbook != want {
				return []string{fmt.Sprintf("%s names %q and not %s", a.name, a.runbook, want)}
			}
			return nil
		}
	}
	return []string{fmt.Sprintf("%s doesn't fire (%v)", i.alert, firing)}
}

// by runs the commands of a runbook in deploy/runbooks, as written there.
func (d *day) by(runbook string, commands ...string) func(t *testing.T) {
	return func(t *testing.T) {
		t.Helper()
		text, err := os.ReadFile(filepath.Join(larder.Root(), "deploy", "runbooks", runbook))
		require.NoError(t, err)
		require.NotEmpty(t, commands)
		for _, command := range commands {
			require.Contains(t, string(text), command, runbook)
			out, err := d.parts.Shell(t, command)
			require.NoError(t, err, "%s: %s", command, out)
		}
	}
}

func (d *day) broken() (wrong []string) {
	for _, c := range d.cooks {
		if c.broken != nil {
			wrong = append(wrong, c.broken.Error())
		}
	}
	return wrong
}

func said(found findings) (texts []string) {
	for _, f := range found {
		texts = append(texts, string(f.kind)+": "+f.what)
	}
	return texts
}

// indices are the search indices, including the replaced one.
func (d *day) indices(t *testing.T) []string {
	t.Helper()
	var found map[string]any
	d.elastic(t, http.MethodGet, "/"+d.parts.RunFile(t).ElasticsearchAlias+"-*/_alias", &found)
	return slices.Collect(maps.Keys(found))
}

func (d *day) elastic(t *testing.T, method, path string, into any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, d.stores["elasticsearch"].server.URL+path, nil)
	require.NoError(t, err)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, answer.Body.Close()) }()
	require.Equal(t, http.StatusOK, answer.StatusCode, path)
	if into != nil {
		require.NoError(t, json.NewDecoder(answer.Body).Decode(into))
	}
}

// table is the output for docs/measurements.
func (d *day) table() string {
	var text strings.Builder
	text.WriteString("\n| incident | alert | after | its runbook | writes a second | requests | refused | over after | lost, twice, wrong |\n")
	text.WriteString("| --- | --- | ---: | --- | ---: | ---: | ---: | ---: | --- |\n")
	var writes int64
	for _, e := range d.events {
		writes += e.writes
		text.WriteString(e.String() + "\n")
	}
	fmt.Fprintf(&text, "\n%d writes acknowledged\n", writes)
	return text.String()
}

// String formats the row.
func (e event) String() string {
	return fmt.Sprintf("| %s | %s | %.0f s | %s | %.0f | %d | %d | %.1f s | %s |", e.what, e.alert, e.alerted.Seconds(), e.runbook,
		float64(e.writes)/max(e.lasted.Seconds(), 1), e.tally.requests, e.tally.refused, e.over.Seconds(), cmp.Or(e.missing, "nothing"))
}
