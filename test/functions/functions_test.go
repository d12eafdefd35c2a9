// Package functions_test runs the APIs as AWS Lambda does, in Lambda's runtime emulator, on the
// real servers.
package functions_test

import (
	"net/http"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// A recipe's way through invoked functions: written, read back at once, found, changed, shopped,
// deleted; and refusals have the same words.
func TestRecipeThroughFunctions(t *testing.T) {
	t.Parallel()
	server := larder.StartFunctions(t)
	ada, ben := server.AddUser(t, "ada", "--grocery"), server.AddUser(t, "ben")
	soup, after := ada.Create(t, map[string]any{
		"name": "Crème brûlée of Grandmother", "servings": 4, "ingredients": []map[string]any{{"text": "1 1/2 cups cream"}},
	})
	require.NotEmpty(t, after)
	require.Equal(t, soup, ada.Get(t, soup.ID, "Larder-After", after).Want(t, http.StatusOK).Recipe(t))
	require.Equal(t, []string{"Crème brûlée of Grandmother"}, ada.Search(t, "q", "brulee").Names())
	ada.Do(t, http.MethodPost, "/api/recipes/"+soup.ID+"/grocery", map[string]any{"servings": 8}).Want(t, http.StatusAccepted)
	ben.Get(t, soup.ID).Want(t, http.StatusNotFound)
	ada.Do(t, http.MethodPut, "/api/recipes/"+soup.ID, larder.Named("Soup"), "If-Match", `"7"`).Want(t, http.StatusPreconditionFailed)
	changed := ada.Do(t, http.MethodPut, "/api/recipes/"+soup.ID, larder.Named("Soup"), "If-Match", `"1"`).Want(t, http.StatusOK)
	require.EqualValues(t, 2, changed.Recipe(t).Version)
	server.CaughtUp(t)
	ada.Do(t, http.MethodDelete, "/api/recipes/"+soup.ID, nil).Want(t, http.StatusNoContent)
	ada.Get(t, soup.ID).Want(t, http.StatusNotFound)
	require.Empty(t, ada.Search(t, "q", "soup").Items)
	server.Client().Do(t, http.MethodGet, "/api/recipes", nil).Want(t, http.StatusUnauthorized)
}

// A write reaches the stream without any work after its answer: its hint was sent before.
func TestNothingIsLeftForLater(t *testing.T) {
	t.Parallel()
	server := larder.StartFunctions(t)
	ada := server.AddUser(t, "ada")
	var took []time.Duration
	for range 20 {
		began := time.Now()
		ada.Create(t, larder.Named("Soup"))
		server.CaughtUp(t)
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	t.Logf("created and in every view after %s (median of 20)", took[10])
	_, _, err := server.Function("command-api").Invoke(t.Context(), []byte(`{"source": "aws.scheduler", "detail": {}}`))
	require.NoError(t, err, "upkeep")
}

// From cold start to the first answer: for a request without a session, which asks no store.
//
//nolint:paralleltest // it measures alone
func TestColdStart(t *testing.T) {
	server := larder.StartParts(t)
	for _, name := range []string{"command-api", "query-api"} {
		var took []time.Duration
		for range 9 {
			function := larder.StartFunction(t, name, server.Env())
			answer, first, err := function.Invoke(t.Context(), []byte(
				`{"rawPath": "/api/recipes", "requestContext": {"domainName": "x", "http": {"method": "POST", "sourceIp": "127.0.0.1"}}}`))
			require.NoError(t, err)
			require.Contains(t, string(answer), `"statusCode":4`)
			took = append(took, first)
			function.End()
		}
		slices.Sort(took)
		t.Logf("cold start of %s: median %s, slowest %s of %d", name, took[len(took)/2].Round(time.Millisecond), took[len(took)-1].Round(time.Millisecond), len(took))
	}
}

// Started manually, it says what it is for.
func TestLambdaElsewhere(t *testing.T) {
	t.Parallel()
	output, err := exec.Command(larder.Binary(t), "lambda", "query-api").CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(output), "AWS_LAMBDA_RUNTIME_API")
}
