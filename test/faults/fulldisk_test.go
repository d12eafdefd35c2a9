//go:build linux && fulldisk

package faults_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/testkit"
	"larder.dev/internal/testkit/servers"
	"larder.dev/test/larder"
)

// fullDisk is a server whose disk fills up.
type fullDisk struct {
	name    string // as /readyz and status have it
	size    int
	start   func(ctx context.Context, dir string) (*servers.Server, error)
	leaves  int64  // of the disk, where a server stops writing before it is full
	unready string // the process that is there to write to it
	tries   func(t *testing.T, c *larder.Client, soup string) larder.Answer
	refused bool // what tries gives
	again   bool // by the runbook it is to be started again once there is room
}

const mebibyte = 1 << 20

func fullDisks() []fullDisk {
	const large = 400 * mebibyte
	return []fullDisk{
		{name: "postgres", size: large, start: servers.StartDurablePostgres, unready: "command-api", tries: bake, refused: true},
		{name: "backup postgres", size: large, start: servers.StartDurablePostgres, unready: "projectors", tries: bake},
		{name: "nats", size: 128 * mebibyte, start: servers.StartBroker, unready: "relay", tries: bake, again: true},
		{name: "redis", size: 16 * mebibyte, start: servers.StartRedis, unready: "projectors", tries: logIn, refused: true},
		{
			name: "elasticsearch", size: 1024 * mebibyte, start: servers.StartElasticsearch, leaves: 30 * mebibyte,
			unready: "projectors", tries: bakeAndFind,
		},
		{name: "object store", size: 256 * mebibyte, start: servers.StartMinIO, unready: "file-service", tries: attach, refused: true},
	}
}

// The disk of one server after the other is full, each of them one that nothing else is on: the process that is there to
// write to it says which, and so do status and metrics; what needs it is refused with words for it, and everything else goes
// on; and once there is room it ends as the runbook says, with all that was acknowledged everywhere.
func TestRunbookFullDiskOfAServer(t *testing.T) {
	testkit.Mounting(t, func(t *testing.T) {
		t.Helper()
		disks, stores := map[string]string{}, map[string]*dependency{}
		for _, full := range fullDisks() {
			disks[full.name] = testkit.SmallDisk(t, full.size)
			store := &dependency{name: full.name, dir: filepath.Join(disks[full.name], "server"), start: full.start}
			require.NoError(t, store.run(t.Context()))
			t.Cleanup(func() { _ = store.server.Stop() })
			stores[full.name] = store
		}
		t.Setenv("LARDER_TEST_BACKUP_POSTGRES_URL", stores["backup postgres"].server.URL)
		t.Setenv("LARDER_TEST_S3_URL", stores["object store"].server.URL)
		watermarks(t, stores["elasticsearch"].server.URL)
		parts := startOn(t, stores)
		ada := parts.AddUser(t, "ada")
		soup, _ := ada.Create(t, larder.Named("Soup"))
		for _, full := range fullDisks() {
			t.Run(full.name, func(t *testing.T) { full.comesAndGoes(t, parts, stores[full.name], disks[full.name], ada, soup.ID) })
		}
		text, err := os.ReadFile(filepath.Join(larder.Root(), "deploy", "runbooks", "full-disk.md"))
		require.NoError(t, err)
		for _, command := range []string{"bin/larder status", "bin/larder reconcile"} {
			require.Contains(t, string(text), "\n"+command+"\n")
			out, err := parts.Shell(t, command)
			require.NoError(t, err, out)
			require.NotContains(t, out, "disk full")
		}
	}, "LARDER_BIN="+larder.Binary(t))
}

func (f fullDisk) comesAndGoes(t *testing.T, parts *larder.Parts, store *dependency, disk string, ada *larder.Client, soup string) {
	t.Helper()
	const patience = 2 * time.Minute
	parts.CaughtUpWithin(t, patience)
	makeRoom := sync.OnceFunc(testkit.FillDisk(t, disk))
	defer makeRoom()
	filler := filepath.Join(disk, "filler")
	info, err := os.Stat(filler)
	require.NoError(t, err)
	require.NoError(t, os.Truncate(filler, info.Size()-f.leaves))

	unready := func() string { return string(parts.Part(f.unready).Probe(t, "/readyz").Body) }
	larder.Soon(t, patience, func() string {
		if f.name == "object store" {
			attach(t, ada, soup)
		} else {
			bake(t, ada, soup)
		}
		if said := unready(); !strings.Contains(said, f.name+": disk full") {
			return said
		}
		return ""
	})
	answer := f.tries(t, ada, soup)
	if f.refused {
		answer.Want(t, http.StatusServiceUnavailable)
		require.Contains(t, string(answer.Body), "urn:larder:problem:disk-full")
		require.Equal(t, "30", answer.Header.Get("Retry-After"))
	} else {
		require.Less(t, answer.Status, http.StatusMultipleChoices, string(answer.Body))
	}
	require.Equal(t, "Soup", ada.Get(t, soup).Want(t, http.StatusOK).Recipe(t).Name)
	require.Contains(t, string(parts.Part(f.unready).Probe(t, "/metrics").Body),
		fmt.Sprintf("larder_dependency_disk_full{dependency=%q} 1", f.name))
	require.Regexp(t, `(?m)^`+regexp.QuoteMeta(f.name)+` +disk full`, parts.Run(t, "", "status").Stdout)

	makeRoom()
	if f.again {
		require.NoError(t, store.server.Stop())
		store.again(t)
	}
	larder.Soon(t, patience, func() string {
		if answer := parts.Part(f.unready).Probe(t, "/readyz"); answer.Status != http.StatusOK {
			return string(answer.Body)
		}
		return ""
	})
	require.Less(t, f.tries(t, ada, soup).Status, http.StatusMultipleChoices)
	parts.CaughtUpWithin(t, patience)
}

// bake writes a recipe that is large enough for a full disk to be met.
func bake(t *testing.T, c *larder.Client, _ string) larder.Answer {
	t.Helper()
	bread := larder.Named("Bread")
	bread["notes"] = strings.Repeat("Knead it. ", 2000)
	return c.Do(t, http.MethodPost, "/api/recipes", bread)
}

func bakeAndFind(t *testing.T, c *larder.Client, soup string) larder.Answer {
	t.Helper()
	answer := bake(t, c, soup)
	var found []string
	for _, item := range c.All(t, 100, "q", "bread") {
		found = append(found, item.ID)
	}
	require.Contains(t, found, answer.Recipe(t).ID)
	return answer
}

func logIn(t *testing.T, c *larder.Client, _ string) larder.Answer {
	t.Helper()
	name := c.User.Name
	return c.Do(t, http.MethodPost, "/api/session", map[string]string{"username": name, "password": larder.Password(name)})
}

func attach(t *testing.T, c *larder.Client, soup string) larder.Answer {
	t.Helper()
	return c.Attach(t, soup, "bowl.txt", strings.NewReader(strings.Repeat("soup ", mebibyte)))
}

// watermarks has Elasticsearch look after its disk, as it does where nobody has told it not to.
func watermarks(t *testing.T, server string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, server+"/_cluster/settings", strings.NewReader(
		`{"persistent": {"cluster.routing.allocation.disk.threshold_enabled": true, "cluster.info.update.interval": "10s"}}`))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusOK, answer.StatusCode)
}
