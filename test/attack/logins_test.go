package attack

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// A flood of logins with the right password leaves CPU time to the others, and only the allowed
// number of sessions.
func TestLoginsWithoutEnd(t *testing.T) {
	server := larder.Start(t)
	victim := cook(t, server)
	attacker := server.AddUser(t, "attacker")
	trial{
		attack: "100 at once: POST /api/session with the right password",
		victim: []act{searches(victim), reads(t, victim), writes(victim)},
		atOnce: 100,
		strike: func(context.Context, int, int) (larder.Answer, error) {
			return attacker.Try(larder.Request{
				Method: http.MethodPost, Path: "/api/session",
				Body: map[string]string{"username": "attacker", "password": larder.Password("attacker")},
			})
		},
	}.run(t)
	var sessions struct{ Items []struct{ ID string } }
	again := larder.Login(t, server.URL(), "attacker", larder.Password("attacker"))
	again.Do(t, http.MethodGet, "/api/sessions", nil).Want(t, http.StatusOK).Decode(t, &sessions)
	require.LessOrEqual(t, len(sessions.Items), 100)
}
