//go:build linux

package faults_test

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/testkit"
	"larder.dev/test/larder"
)

// fullDisk is what must be seen while the disk of a server is full.
type fullDisk struct {
	store, component string // whose disk, and who isn't ready meanwhile
	bytes            int
	refuses          bool // writes
	restart          bool // it goes on only after a restart
}

// The disk of each server of a Larder of separate processes is full while somebody writes: the component that needs it says
// so by the server's name, a writer hears it where it is refused, and afterwards all that was acknowledged is everywhere.
func TestFullDisks(t *testing.T) {
	t.Parallel()
	if os.Getenv("LARDER_FAULTS") != "long" {
		t.Skip("a minute: make test-faults")
	}
	testkit.Mounting(t, func(t *testing.T) {
		t.Helper()
		for _, f := range []fullDisk{
			{store: "postgres", component: "command-api", bytes: 250 << 20, refuses: true},
			{store: "nats", component: "relay", bytes: 64 << 20, restart: true},
			{store: "redis", component: "projectors", bytes: 16 << 20},
		} {
			t.Run(f.store, func(t *testing.T) { f.happens(t) })
		}
	}, "LARDER_BIN="+larder.Binary(t))
}

func (f fullDisk) happens(t *testing.T) {
	t.Helper()
	disk := testkit.SmallDisk(t, f.bytes)
	stores := dependenciesIn(t, map[string]string{f.store: disk}, false)
	parts := startOn(t, stores)
	ada := parts.AddUser(t, "ada")
	first, _ := ada.Create(t, larder.Named("Soup"))
	parts.CaughtUp(t)
	makeRoom := testkit.FillDisk(t, disk)
	began := time.Now()

	long := larder.Named("Bread")
	long["notes"] = strings.Repeat("Knead it. ", 2000)
	acknowledged := 1
	var refused larder.Answer
	larder.Soon(t, time.Minute, func() string {
		answer := ada.Do(t, http.MethodPost, "/api/recipes", long)
		if answer.Status == http.StatusCreated {
			acknowledged++
		} else {
			refused = answer
		}
		return says(t, parts.Part(f.component), f.store+": disk full")
	})
	t.Logf("%s: %s says so after %s, %d writes acknowledged", f.store, f.component, time.Since(began).Round(time.Second/10), acknowledged)
	require.Equal(t, f.refuses, refused.Status == http.StatusServiceUnavailable, string(refused.Body))
	if f.refuses {
		require.Contains(t, string(refused.Body), "urn:larder:problem:disk-full")
	}
	require.Contains(t, string(parts.Part(f.component).Probe(t, "/metrics").Body),
		fmt.Sprintf("larder_dependency_disk_full{dependency=%q} 1", f.store))
	ada.Get(t, first.ID).Want(t, http.StatusOK)
	require.Contains(t, parts.Run(t, "", "status").Stdout, "disk full")

	makeRoom()
	if f.restart {
		require.NoError(t, stores[f.store].server.Stop())
		stores[f.store].again(t)
	}
	over := time.Now()
	for _, name := range parts.Names() {
		larder.Soon(t, time.Minute, func() string { return lacks(t, parts.Part(name)) })
	}
	ada.Create(t, larder.Named("Stew"))
	acknowledged++
	parts.CaughtUpWithin(t, time.Minute)
	t.Logf("%s: over after %s", f.store, time.Since(over).Round(time.Second/10))
	require.Len(t, ada.All(t, 50), acknowledged)
	parts.MustRun(t, "", "reconcile")
}

// says is "" once a process isn't ready and names this as the reason.
func says(t *testing.T, process *larder.Process, reason string) string {
	t.Helper()
	if lacks := lacks(t, process); !strings.Contains(lacks, reason) {
		return "it says: " + lacks
	}
	return ""
}

// lacks is what a process says while it isn't ready, "" where it is.
func lacks(t *testing.T, process *larder.Process) string {
	t.Helper()
	answer := process.Probe(t, "/readyz")
	if answer.Status == http.StatusOK {
		return ""
	}
	return string(answer.Body)
}
