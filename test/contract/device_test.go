package contract_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// device is one item of GET /api/sessions, with all possible fields.
type device struct {
	ID        string    `json:"id"`
	Agent     string    `json:"agent"`
	CreatedAt time.Time `json:"created_at"`
	SeenAt    time.Time `json:"seen_at"`
	Current   bool      `json:"current"`
}

// A cook sees where they are logged in, and can end one session or all, and nobody else's; so can
// an operator.
func devices(t *testing.T, s *larder.Server) {
	t.Helper()
	phone, ben := s.AddUser(t, "devices-ada"), s.AddUser(t, "devices-ben")
	laptop := s.Login(t, "devices-ada")
	listed := devicesOf(t, laptop)
	require.Len(t, listed, 2)
	require.True(t, listed[0].Current, "the latest login comes first")
	require.False(t, listed[1].Current)
	for _, d := range listed {
		require.NotEmpty(t, d.Agent)
		require.WithinDuration(t, time.Now(), d.CreatedAt, time.Hour)
		require.WithinDuration(t, time.Now(), d.SeenAt, time.Hour+time.Minute)
	}

	lost := "/api/sessions/" + listed[1].ID
	ben.Do(t, http.MethodDelete, lost, nil).Want(t, http.StatusNotFound)
	phone.Do(t, http.MethodGet, "/api/session", nil).Want(t, http.StatusOK)
	laptop.Do(t, http.MethodDelete, "/api/sessions/nonsense", nil).Want(t, http.StatusBadRequest)
	laptop.Do(t, http.MethodDelete, lost, nil).Want(t, http.StatusNoContent)
	phone.Do(t, http.MethodGet, "/api/session", nil).Want(t, http.StatusUnauthorized)
	laptop.Do(t, http.MethodDelete, lost, nil).Want(t, http.StatusNotFound)
	require.Len(t, devicesOf(t, laptop), 1)

	tablet := s.Login(t, "devices-ada")
	answer := tablet.Do(t, http.MethodDelete, "/api/sessions", nil).Want(t, http.StatusNoContent)
	require.Negative(t, sessionCookie(t, answer).MaxAge, "the cookie goes with the session")
	for _, ended := range []*larder.Client{laptop, tablet} {
		ended.Do(t, http.MethodGet, "/api/session", nil).Want(t, http.StatusUnauthorized)
	}
	ben.Do(t, http.MethodGet, "/api/session", nil).Want(t, http.StatusOK)
	endedByOperator(t, s, ben)
}

func devicesOf(t *testing.T, client *larder.Client) []device {
	t.Helper()
	answer := client.Do(t, http.MethodGet, "/api/sessions", nil).Want(t, http.StatusOK)
	require.Equal(t, "no-store", answer.Header.Get("Cache-Control"))
	require.NotContains(t, string(answer.Body), client.Token)
	var list struct{ Items []device }
	answer.Decode(t, &list)
	return list.Items
}

func endedByOperator(t *testing.T, s *larder.Server, ben *larder.Client) {
	t.Helper()
	other := s.Login(t, "devices-ben")
	lines := strings.Split(strings.TrimSpace(s.MustRun(t, "", "user", "sessions", "devices-ben", "--json").Stdout), "\n")
	require.Len(t, lines, 2)
	var latest device
	require.NoError(t, json.Unmarshal([]byte(lines[0]), &latest))
	require.Contains(t, s.MustRun(t, "", "user", "sessions", "devices-ben").Stdout, latest.ID)
	s.MustRun(t, "", "user", "sessions", "devices-ben", "--end", latest.ID)
	other.Do(t, http.MethodGet, "/api/session", nil).Want(t, http.StatusUnauthorized)
	ben.Do(t, http.MethodGet, "/api/session", nil).Want(t, http.StatusOK)
	require.Equal(t, 1, s.Run(t, "", "user", "sessions", "devices-ben", "--end", latest.ID).Code)
	s.MustRun(t, "", "user", "sessions", "devices-ben", "--end-all")
	ben.Do(t, http.MethodGet, "/api/session", nil).Want(t, http.StatusUnauthorized)
}
