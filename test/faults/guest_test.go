package faults_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"larder.dev/test/larder"
)

// guest repeatedly logs in, and out every second time. An open session must survive a kill, and an
// ended one must stay ended.
type guest struct {
	server *larder.Server
	name   string
	open   []*larder.Client
	ended  []*larder.Client
	broken error // an impossible answer
}

func newGuest(server *larder.Server, name string) *guest { return &guest{server: server, name: name} }

// visit continues until the server is gone.
func (g *guest) visit() {
	for n := 0; ; n++ {
		client := g.server.Client()
		answer, err := answered(client, larder.Request{
			Method: http.MethodPost, Path: "/api/session",
			Body: map[string]string{"username": g.name, "password": larder.Password(g.name)},
		})
		if err != nil || !g.want(answer, http.StatusOK) {
			return
		}
		var session larder.Session
		if g.broken = json.Unmarshal(answer.Body, &session); g.broken != nil {
			return
		}
		client.Token = session.Token
		if n%2 == 0 {
			g.open = append(g.open, client)
			continue
		}
		answer, err = answered(client, larder.Request{Method: http.MethodDelete, Path: "/api/session"})
		if err != nil || !g.want(answer, http.StatusNoContent) {
			return // without an answer, either is right
		}
		g.ended = append(g.ended, client)
	}
}

func (g *guest) want(answer larder.Answer, status int) bool {
	if answer.Status != status {
		g.broken = fmt.Errorf("a session: status %d, want %d: %s", answer.Status, status, answer.Body)
	}
	return g.broken == nil
}

// verify checks every session there ever was.
func (g *guest) verify(t *testing.T) {
	t.Helper()
	for _, client := range g.open {
		client.Do(t, http.MethodGet, "/api/session", nil).Want(t, http.StatusOK)
	}
	for _, client := range g.ended {
		client.Do(t, http.MethodGet, "/api/session", nil).Want(t, http.StatusUnauthorized)
	}
}
