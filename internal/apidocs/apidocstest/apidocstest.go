// Package apidocstest checks answers against the HTTP API's document.
package apidocstest

import (
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/stretchr/testify/require"

	"larder.dev/internal/apidocs"
)

// RequireDocumented fails the test if a documented operation answered with a status that the
// document doesn't list: a generated client couldn't handle it. Undocumented paths may answer
// anything.
func RequireDocumented(tb testing.TB, method, address string, status int) {
	tb.Helper()
	if slices.Contains(everywhere(), status) {
		return
	}
	request, err := http.NewRequestWithContext(tb.Context(), method, address, nil)
	require.NoError(tb, err)
	router, err := documented()
	require.NoError(tb, err)
	route, _, err := router.FindRoute(&http.Request{Method: request.Method, URL: request.URL.JoinPath(), Host: request.Host})
	if err != nil {
		return
	}
	require.NotNil(tb, route.Operation.Responses.Status(status), "%s answers %d to %s %s, and its document doesn't list that",
		route.Operation.OperationID, status, method, route.Path)
}

// everywhere returns the statuses documented for all paths, and those of a proxy in front.
func everywhere() []int {
	return []int{
		http.StatusMethodNotAllowed, http.StatusRequestEntityTooLarge, http.StatusMisdirectedRequest,
		http.StatusRequestHeaderFieldsTooLarge, http.StatusBadGateway, http.StatusGatewayTimeout,
	}
}

//nolint:gochecknoglobals // what the document says, read once
var documented = sync.OnceValues(func() (routers.Router, error) {
	document, err := openapi3.NewLoader().LoadFromData(apidocs.Document())
	if err != nil {
		return nil, err
	}
	return gorillamux.NewRouter(document)
})
