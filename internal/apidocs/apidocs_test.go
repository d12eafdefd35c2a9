package apidocs

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"
)

// A path that isn't a component's own may be another's: then the method is wrong, not the path.
func TestMethods(t *testing.T) {
	t.Parallel()
	for address, methods := range map[string][]string{
		"/api/recipes":                {"GET", "POST"},
		"/api/recipes/0eaf":           {"DELETE", "GET", "PUT"},
		"/api/recipes/0eaf/restore":   {"POST"},
		"/api/files/uploads":          {"POST"},
		"/api/files/uploads/0eaf":     {"DELETE", "HEAD", "PATCH"},
		"/grocery/api/operations":     {"POST"},
		"/api/recipes/":               nil,
		"/api/recipes//restore":       nil,
		"/api/recipes/0eaf/restore/1": nil,
		"/":                           nil,
	} {
		require.Equal(t, methods, Methods(address), address)
	}
}

// One document describes every component and names nothing specific to this repository.
func TestOneDocumentDescribesAll(t *testing.T) {
	t.Parallel()
	recorder := httptest.NewRecorder()
	Over(http.NotFoundHandler(), http.NotFoundHandler()).
		ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, Path, nil))
	require.Equal(t, http.StatusOK, recorder.Code)
	require.Equal(t, "application/yaml", recorder.Header().Get("Content-Type"))
	require.NotContains(t, recorder.Body.String(), "larder.dev/")

	spec, err := openapi3.NewLoader().LoadFromData(recorder.Body.Bytes())
	require.NoError(t, err)
	require.NoError(t, spec.Validate(t.Context()))
	operations := map[string]string{}
	for address, item := range spec.Paths.Map() {
		for method, operation := range item.Operations() {
			require.NotEmpty(t, operation.OperationID, "%s %s", method, address)
			require.NotContains(t, operations, operation.OperationID, "%s %s", method, address)
			operations[operation.OperationID] = address
		}
	}
	for _, of := range []string{"putRecipe", "searchRecipes", "createUpload", "operate"} {
		require.Contains(t, operations, of)
	}
}
