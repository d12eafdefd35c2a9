package attack

import (
	"context"
	"net/http"
	"testing"

	"larder.dev/test/larder"
)

// Requests of somebody without a session, and with a token that opens nothing, leave the processors to the others.
func TestStrangersWithoutEnd(t *testing.T) {
	server := larder.Start(t)
	victim := cook(t, server)
	stranger := server.Client()
	paths := []string{"/", "/api/recipes", "/files/none", "/shared/none", "/readyz"}
	trial{
		attack: "100 at once: GET of pages, API and files without a session",
		victim: []act{searches(victim), reads(t, victim), writes(victim)},
		atOnce: 100,
		strike: func(_ context.Context, who, n int) (larder.Answer, error) {
			return stranger.Try(larder.Request{Method: http.MethodGet, Path: paths[(who+n)%len(paths)]})
		},
	}.run(t)
}
