// Package stack_test tests the stack of deploy/serverless, which deploy/check/serverless_stack.py
// created on a stand-in for AWS: the functions run in it, on the real servers, behind its API
// Gateway.
package stack_test

import (
	"bytes"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
	"larder.dev/test/spine"
)

// The whole way of a recipe.
//
//nolint:paralleltest // the functions of the stack share one Larder's stores
func TestSpine(t *testing.T) {
	spine.Walk(t, larder.StartStack(t).Server)
}

// A picture is uploaded through one function and downloaded from it, at the address that another
// one signed, in each of its sizes.
//
//nolint:paralleltest // as above
func TestFile(t *testing.T) {
	server := larder.StartStack(t)
	ada := server.AddUser(t, "ada")
	recipe, _ := ada.Create(t, larder.Named("Soup"))
	for name, content := range larder.Pictures(t) {
		ada.Attach(t, recipe.ID, name, bytes.NewReader(content)).Want(t, http.StatusCreated)
		file := ada.Files(t, recipe.ID)[0]
		require.True(t, larder.Same(t, bytes.NewReader(content), larder.Open(t, server.URL(), file.URL).Body), "byte for byte")
		require.NotEmpty(t, file.Sizes)
		require.Equal(t, http.StatusOK, larder.Open(t, server.URL(), file.Sizes[0].URL).StatusCode)
		ada.Do(t, http.MethodDelete, "/api/files/"+file.ID, nil).Want(t, http.StatusNoContent)
		require.Empty(t, ada.Files(t, recipe.ID))
		return // one is enough: the file service's own tests cover each
	}
}
