package faults_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// degraded reports what is wrong unless the process is ready and names exactly these as missing.
func degraded(t *testing.T, client *larder.Client, want ...string) string {
	t.Helper()
	answer := client.Do(t, http.MethodGet, "/readyz", nil)
	var ready struct {
		Degraded []string `json:"degraded"`
	}
	if answer.Status == http.StatusOK {
		answer.Decode(t, &ready)
	}
	if found := strings.Join(ready.Degraded, ", "); answer.Status != http.StatusOK || found != strings.Join(want, ", ") {
		return string(answer.Body)
	}
	return ""
}

// A larder that starts without the backup serves everything and says so, and fills the backup once
// it is there. One that starts without the primary reads from the backup, and `larder failover`
// finds it.
func TestStartWithOneDatabase(t *testing.T) {
	t.Parallel()
	a, b := newDatabase(t), newDatabase(t)
	b.lose(t)
	server := larder.Start(t, "LARDER_POSTGRES_URL="+a.url(), "LARDER_BACKUP_POSTGRES_URL="+b.url())
	ada := server.AddUser(t, "ada")
	require.Empty(t, degraded(t, ada, "backup postgres"))
	soup, _ := ada.Create(t, larder.Named("Soup"))
	b.start(t)
	larder.Soon(t, time.Minute, func() string { return degraded(t, ada) })
	larder.Soon(t, time.Minute, func() string {
		if result := server.Run(t, "", "backup", "verify", "--max-lag", "1ms"); result.Code != 0 {
			return result.Both()
		}
		return ""
	})

	server.Stop(t)
	a.lose(t)
	server.Start(t)
	require.Empty(t, degraded(t, ada, "postgres"))
	require.Equal(t, "Soup", ada.Get(t, soup.ID).Want(t, http.StatusOK).Recipe(t).Name)
	require.Len(t, ada.Search(t, "q", "soup").Items, 1)
	ada.Do(t, http.MethodPost, "/api/recipes", larder.Named("Not yet")).Want(t, http.StatusServiceUnavailable)
	t.Log(server.MustRun(t, "", "failover").Stdout)
	larder.Soon(t, time.Minute, func() string {
		if answer := ada.Do(t, http.MethodPost, "/api/recipes", larder.Named("On the backup")); answer.Status != http.StatusCreated {
			return string(answer.Body)
		}
		return ""
	})
	larder.Soon(t, time.Minute, func() string { return degraded(t, ada, "backup postgres") })
}
