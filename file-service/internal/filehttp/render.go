package filehttp

import (
	"net/http"

	"larder.dev/file-service/internal/files"
	"larder.dev/internal/ledger"
	"larder.dev/internal/readyourwrites"
	"larder.dev/recipe"
)

// Render makes the answer of what was done to the files of a recipe. It is kept under the request's key, the file as it is
// in the event: its address is added when the answer is given, since a repeat comes when the first one has expired.
func Render(r files.Result) (ledger.Answer, error) {
	header := map[string]string{readyourwrites.Header: readyourwrites.After{ID: r.Recipe.ID, Version: r.Recipe.Version}.String()}
	if r.Attached == nil {
		return ledger.Answer{Status: http.StatusNoContent, Header: header}, nil
	}
	body, err := recipe.Encode(r.Attached)
	return ledger.Answer{Status: http.StatusCreated, Header: header, Body: body}, err
}
