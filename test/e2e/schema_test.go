package e2e_test

import (
	"bytes"
	"io/fs"
	"net/http"
	"path"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"larder.dev/events"
	"larder.dev/test/larder"
)

// Every published message's data matches the schema of its type and version.
func TestPublishedEventsFitTheirSchemas(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	ada := server.AddUser(t, "ada", "--grocery")
	soup, _ := ada.Create(t, larder.MadeUp(1))
	address := "/api/recipes/" + soup.ID
	ada.Do(t, http.MethodPost, address+"/grocery", map[string]any{}).Want(t, http.StatusAccepted)
	ada.Do(t, http.MethodPut, address, larder.MadeUp(2), "If-Match", `"1"`).Want(t, http.StatusOK)
	ada.Do(t, http.MethodDelete, address, nil).Want(t, http.StatusNoContent)
	server.AddUser(t, "ben")
	server.MustRun(t, "", "user", "grant", "ben", "admin")
	server.MustRun(t, "", "user", "delete", "ben")
	server.Settled(t)

	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	compiler.UseLoader(embedded{})
	seen := map[string]bool{}
	for stream, url := range server.Streams(t) {
		for _, msg := range larder.Messages(t, larder.JetStream(t, url), stream) {
			e, err := events.Parse(msg.Subject(), msg.Headers(), msg.Data())
			require.NoError(t, err)
			schema, err := compiler.Compile("larder:///" + events.SchemaFile(e.Type, e.SchemaVersion))
			require.NoError(t, err)
			data, err := jsonschema.UnmarshalJSON(bytes.NewReader(e.Data))
			require.NoError(t, err)
			require.NoError(t, schema.Validate(data), "%s on %s", e.Type, e.Subject)
			seen[string(e.Type)] = true
		}
	}
	for _, want := range []events.Type{
		events.RecipeCreated, events.RecipeUpdated, events.RecipeDeleted,
		events.GroceryRequested, events.ItemsAdded, events.UserAdded, events.UserDeleted,
	} {
		require.True(t, seen[string(want)], "nothing of type %s was published", want)
	}
}

// embedded finds the schemas where a program that imports events finds them.
type embedded struct{}

func (embedded) Load(address string) (any, error) {
	raw, err := fs.ReadFile(events.Schemas(), path.Base(address))
	if err != nil {
		return nil, err
	}
	return jsonschema.UnmarshalJSON(bytes.NewReader(raw))
}
