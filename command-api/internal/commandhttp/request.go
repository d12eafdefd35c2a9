package commandhttp

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"

	"github.com/gin-gonic/gin"

	"larder.dev/command-api/internal/command"
	"larder.dev/internal/httpserver"
	"larder.dev/internal/identity"
	"larder.dev/internal/ledger"
	"larder.dev/internal/telemetry"
	"larder.dev/recipe"
	"larder.dev/recipe/units"
)

// readDraft returns the body and the cleaned draft in it.
func readDraft(c *gin.Context) ([]byte, recipe.Draft, error) {
	var draft recipe.Draft
	body, err := readBody(c, &draft)
	if err != nil {
		return nil, recipe.Draft{}, err
	}
	details, err := recipe.HasDetails(body)
	if err != nil {
		return nil, recipe.Draft{}, unreadable(err)
	}
	draft.KeepDetails = !details
	draft, err = draft.Clean()
	return body, draft, err
}

func readGrocery(c *gin.Context) ([]byte, recipe.GroceryRequest, error) {
	var input GroceryRequest
	body, err := readBody(c, &input)
	if err != nil {
		return nil, recipe.GroceryRequest{}, err
	}
	return body, recipe.GroceryRequest{
		Servings: input.Servings, Ingredients: value(input.Ingredients),
		Locale: units.LocaleOf(c.GetHeader("Accept-Language")),
	}, nil
}

// readBody decodes validated JSON; an empty body leaves into unchanged.
func readBody(c *gin.Context, into any) ([]byte, error) {
	body, err := io.ReadAll(c.Request.Body)
	if err != nil {
		return nil, unreadable(err)
	}
	if len(body) == 0 {
		return body, nil
	}
	if err := json.Unmarshal(body, into); err != nil {
		return nil, unreadable(err)
	}
	return body, nil
}

// unreadable describes a body that passed validation but can't be decoded.
func unreadable(err error) error {
	var wrongType *json.UnmarshalTypeError
	if !errors.As(err, &wrongType) {
		return httpserver.Problem{Status: http.StatusBadRequest, Detail: "The body can't be read as JSON."}
	}
	return httpserver.Problem{
		Status: http.StatusUnprocessableEntity,
		Detail: "A field is wrong: " + wrongType.Field + " can't be a " + wrongType.Value + ".",
		Errors: []httpserver.FieldError{{Field: wrongType.Field, Detail: "can't be a " + wrongType.Value}},
	}
}

// value dereferences a field, or returns the zero value if it is missing.
func value[T any](field *T) T {
	if field == nil {
		var nothing T
		return nothing
	}
	return *field
}

// callOf returns the user, recipe and key of a request.
func callOf(c *gin.Context, id string, key *IdempotencyKey, body []byte) command.Call {
	call := command.Call{
		User:        identity.UserFrom(c).ID,
		Recipe:      id,
		TraceParent: cmp.Or(telemetry.TraceParent(c.Request.Context()), traceParent(c.GetHeader("Traceparent"))),
	}
	if key != nil {
		call.Key = &ledger.Key{Value: *key, Hash: fingerprint(c.Request, body)}
	}
	return call
}

// fingerprint distinguishes different requests under the same key. A repeat is identical in all of
// it.
func fingerprint(r *http.Request, body []byte) []byte {
	var whole bytes.Buffer
	for _, part := range []string{r.Method, r.URL.Path, r.Header.Get("If-Match"), r.Header.Get("If-None-Match")} {
		fmt.Fprintf(&whole, "%d %s\n", len(part), part)
	}
	whole.Write(body)
	sum := sha256.Sum256(whole.Bytes())
	return sum[:]
}

var traceParentShape = regexp.MustCompile(`^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$`)

// traceParent returns a valid W3C trace context. Anything else must not enter an event's headers.
func traceParent(header string) string {
	if !traceParentShape.MatchString(header) {
		return ""
	}
	return header
}
