package commandhttp

import (
	"errors"
	"fmt"
	"net/http"

	"larder.dev/command-api/internal/command"
	"larder.dev/events"
	"larder.dev/internal/httpserver"
	"larder.dev/internal/ledger"
	"larder.dev/internal/readyourwrites"
	"larder.dev/recipe"
)

const jsonType = "application/json; charset=utf-8"

// render renders a command's result as the answer that is stored under the command's key.
func render(r command.Result) (ledger.Answer, error) {
	if r.Refused != nil {
		return renderProblem(refusal(r.Refused))
	}
	header := map[string]string{readyourwrites.Header: readyourwrites.After{ID: r.Recipe.ID, Version: r.Recipe.Version}.String()}
	switch r.Type {
	case events.RecipeDeleted:
		return ledger.Answer{Status: http.StatusNoContent, Header: header}, nil
	case events.GroceryRequested:
		header["Content-Type"] = jsonType
		return ledger.Answer{Status: http.StatusAccepted, Header: header, Body: r.Data}, nil
	case events.RecipeCreated:
		header["Content-Type"], header["Etag"] = jsonType, etag(r.Recipe.Version)
		header["Location"] = "/api/recipes/" + r.Recipe.ID
		return ledger.Answer{Status: http.StatusCreated, Header: header, Body: r.Data}, nil
	default:
		header["Content-Type"], header["Etag"] = jsonType, etag(r.Recipe.Version)
		return ledger.Answer{Status: http.StatusOK, Header: header, Body: r.Data}, nil
	}
}

func renderProblem(p httpserver.Problem) (ledger.Answer, error) {
	if p.Type == "" {
		p.Type, p.Title = "about:blank", http.StatusText(p.Status)
	}
	body, err := recipe.Encode(p)
	if err != nil {
		return ledger.Answer{}, err
	}
	header := map[string]string{"Content-Type": "application/problem+json", "Cache-Control": "no-store"}
	return ledger.Answer{Status: p.Status, Header: header, Body: body}, nil
}

// refusal returns the problem that explains why a command wrote nothing.
func refusal(why error) httpserver.Problem {
	var (
		conflict *command.Conflict
		invalid  recipe.Invalid
	)
	switch {
	case errors.As(why, &conflict):
		current, _ := recipe.Understood(conflict.Current)
		return httpserver.Problem{
			Status: http.StatusPreconditionFailed,
			Detail: fmt.Sprintf("The recipe is at version %d.", current.Version),
			Extra:  map[string]any{"current_version": current.Version, "current": current},
		}
	case errors.As(why, &invalid):
		return invalidProblem(invalid)
	case errors.Is(why, command.ErrNoRecipe):
		return httpserver.Problem{Status: http.StatusNotFound, Detail: "There is no such recipe."}
	case errors.Is(why, command.ErrNoVersion):
		return httpserver.Problem{Status: http.StatusNotFound, Detail: "The recipe has no such version."}
	case errors.Is(why, command.ErrTextGone):
		return httpserver.TextGone("The recipe was deleted so long ago that its text is gone, and nothing can bring it back.")
	case errors.Is(why, command.ErrNoGrocery):
		return httpserver.Problem{
			Status: http.StatusForbidden,
			Detail: "This account has no access to the grocery app. An operator gives it with: larder user grant.",
		}
	default:
		return httpserver.Problem{Status: http.StatusInternalServerError, Detail: "The command failed."}
	}
}
