//go:build linux && fulldisk

package e2e_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/testkit"
	"larder.dev/test/larder"
)

// A `larder up` with a full disk refuses writes with an explanation and serves reads, and readyz,
// status and metrics report it; once there is space everything continues by itself, with all that
// was acknowledged.
func TestRunbookFullDisk(t *testing.T) {
	t.Parallel()
	testkit.Mounting(t, func(t *testing.T) {
		t.Helper()
		disk := testkit.SmallDisk(t, 400<<20)
		server := larder.NewIn(t, disk)
		server.Start(t)
		ada := server.AddUser(t, "ada")
		soup, _ := ada.Create(t, larder.Named("Soup"))
		makeRoom := testkit.FillDisk(t, disk)

		long := larder.Named("Bread")
		long["notes"] = strings.Repeat("Knead it. ", 2000)
		refused := ada.Do(t, http.MethodPost, "/api/recipes", long)
		kept := 1
		for ; refused.Status == http.StatusCreated; kept++ { // into the space PostgreSQL already has
			refused = ada.Do(t, http.MethodPost, "/api/recipes", long)
		}
		refused.Want(t, http.StatusServiceUnavailable)
		require.Contains(t, string(refused.Body), "urn:larder:problem:disk-full")
		require.Equal(t, "30", refused.Header.Get("Retry-After"))
		require.Equal(t, "Soup", ada.Get(t, soup.ID).Want(t, http.StatusOK).Recipe(t).Name)
		ready := ada.Do(t, http.MethodGet, "/readyz", nil).Want(t, http.StatusServiceUnavailable)
		require.Contains(t, string(ready.Body), "data folder: disk full")
		require.Contains(t, string(ready.Body), "postgres: disk full")
		metrics := string(ada.Do(t, http.MethodGet, "/metrics", nil).Want(t, http.StatusOK).Body)
		require.Contains(t, metrics, `larder_dependency_disk_full{dependency="postgres"} 1`)
		require.Contains(t, server.Run(t, "", "status").Stdout, "disk full")

		makeRoom()
		larder.Soon(t, deadline, func() string { return unready(t, ada) })
		ada.Create(t, larder.Named("Bread"))
		server.CaughtUp(t)
		require.Len(t, ada.All(t, 50), kept+1)
		runbookEnds(t, server, "full-disk.md")
	}, "LARDER_BIN="+larder.Binary(t))
}

// unready says what a process lacks, "" if it is ready.
func unready(t *testing.T, client *larder.Client) string {
	t.Helper()
	answer := client.Do(t, http.MethodGet, "/readyz", nil)
	if answer.Status == http.StatusOK {
		return ""
	}
	return string(answer.Body)
}
