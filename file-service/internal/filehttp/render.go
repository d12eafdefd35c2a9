package filehttp

import (
	"net/http"

	"larder.dev/file-service/internal/files"
	"larder.dev/internal/ledger"
	"larder.dev/internal/readyourwrites"
	"larder.dev/recipe"
)

// Render renders the answer that is stored under the request's key, with the file as in the event.
// The address is added when answering, because by the time of a repeat the first one may have
// expired.
func Render(r files.Result) (ledger.Answer, error) {
	header := map[string]string{readyourwrites.Header: readyourwrites.After{ID: r.Recipe.ID, Version: r.Recipe.Version}.String()}
	if r.Attached == nil {
		return ledger.Answer{Status: http.StatusNoContent, Header: header}, nil
	}
	body, err := recipe.Encode(r.Attached)
	return ledger.Answer{Status: http.StatusCreated, Header: header, Body: body}, err
}
