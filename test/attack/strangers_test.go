package attack

import (
	"context"
	"net/http"
	"testing"

	"larder.dev/test/larder"
)

// Requests without a session, or with an invalid token, leave CPU time to the others.
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
