package queryhttp

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"larder.dev/events"
	"larder.dev/internal/cdn"
)

type addressedFile struct {
	events.File
	URL   string     `json:"url"`
	Sizes []cdn.Size `json:"sizes,omitempty"`
}

type addressedRecipe struct {
	events.Recipe
	Files []addressedFile `json:"files"` // replaces the recipe's own
}

// addressed adds to a recipe's JSON an address for each file, signed for the owner, and reports
// whether it has files. A recipe without files is returned unchanged.
func (h *Handlers) addressed(owner string, recipe []byte) ([]byte, bool, error) {
	if h.Signer == nil || events.HasNoFiles(recipe) {
		return recipe, false, nil
	}
	var whole addressedRecipe
	if err := json.Unmarshal(recipe, &whole); err != nil {
		return nil, false, fmt.Errorf("read a recipe to give its files addresses: %w", err)
	}
	now := time.Now()
	for i := range whole.Files {
		file := &whole.Files[i]
		addresses, err := cdn.Addresses(h.Signer, owner, cdn.Kept{
			SHA256: file.SHA256, Name: file.Name, MediaType: file.MediaType, Color: file.Color,
		}, now)
		if err != nil {
			return nil, false, fmt.Errorf("sign the addresses of file %s: %w", file.ID, err)
		}
		file.URL, file.Sizes = addresses.URL, addresses.Sizes
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(whole); err != nil {
		return nil, false, fmt.Errorf("write recipe %s: %w", whole.ID, err)
	}
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), len(whole.Files) > 0, nil
}
