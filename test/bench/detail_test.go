package bench

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// measureDetail reads one cached recipe over HTTP, with the session check, against a gin handler
// that reads the same two values from the same Redis. Both are separate processes, and the same
// client asks them over as many connections.
func measureDetail(b *testing.B, t *table) {
	b.Helper()
	server := larder.Start(b, "LARDER_LIMIT_READS=0/0") // one person asks for everything, faster than one may
	ada := server.AddUser(b, "ada")
	recipe, _ := ada.Create(b, larder.MadeUp(7))
	path := "/api/recipes/" + recipe.ID
	server.CaughtUp(b)
	require.Equal(b, "cache", ada.Get(b, recipe.ID).Want(b, http.StatusOK).Header.Get("Larder-Served-By"))

	base := startBare(b, server.RunFile(b).RedisURL, recipe.ID)
	ours, bare := make([]*larder.Client, workers), make([]*larder.Client, workers)
	for i := range workers {
		ours[i], bare[i] = larder.NewClient(server.URL()), larder.NewClient(base)
		ours[i].Token, bare[i].Token = ada.Token, ada.Token
	}
	result := compare(b,
		func(worker int) error { return read(ours[worker], path) },
		func(worker int) error { return read(bare[worker], path) },
		func() {})
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(result.ratio, "of-bare")
	t.add(figure{
		what:   fmt.Sprintf("cached details a second, session checked, %d at once", workers),
		larder: fmt.Sprintf("%.0f", result.larder), bare: fmt.Sprintf("%.0f (gin, two Redis reads)", result.bare),
		ratio: fmt.Sprintf("%.2f", result.ratio), target: "≥ 0.6", met: result.ratio >= 0.6,
	})
}

func read(client *larder.Client, path string) error {
	answer, err := client.Try(larder.Request{Method: http.MethodGet, Path: path})
	if err == nil && answer.Status != http.StatusOK {
		err = fmt.Errorf("the server answered %d: %s", answer.Status, answer.Body)
	}
	return err
}
