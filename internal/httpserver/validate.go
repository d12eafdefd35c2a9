package httpserver

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/gin-gonic/gin"

	"larder.dev/internal/bulkhead"
)

// maxFieldErrors bounds an answer: more lines would help nobody.
const maxFieldErrors = 20

// ValidateRequests returns a middleware that checks each request against the operation of an
// OpenAPI document (version 3.0) with the same method and path. What it refuses:
//
//   - 400: a parameter that isn't as described, a body that isn't JSON in UTF-8
//   - 415: a body of another media type
//   - 422: a body with unknown, missing or invalid fields, each named by its path
//
// A request that the document doesn't describe passes. Errors mean that the document is wrong.
func ValidateRequests(document *openapi3.T) (gin.HandlerFunc, error) {
	operations := map[operationKey]*operation{}
	for path, item := range document.Paths.Map() {
		for method, described := range item.Operations() {
			op, err := newOperation(document, path, method, item, described)
			if err != nil {
				return nil, err
			}
			operations[operationKey{method: method, path: ginPath(path)}] = op
		}
	}
	large := bulkhead.New(largeAtOnce, largeWaiting)
	return func(c *gin.Context) {
		op, found := operations[operationKey{method: c.Request.Method, path: c.FullPath()}]
		if !found {
			return
		}
		if problem := op.checkParameters(c); problem != nil {
			WriteProblem(c, *problem)
			return
		}
		if op.schema == nil || op.takesOther(c.GetHeader("Content-Type")) {
			return
		}
		body, problem := readBody(c)
		if problem != nil {
			WriteProblem(c, *problem)
			return
		}
		if len(body) <= largeBody {
			op.checkAndServe(c, body)
			return
		}
		leave, err := large.Enter(c.Request.Context(), personOf(c))
		if err != nil {
			WriteBusy(c, "Too many of your large requests are under way. Wait for some to be answered.")
			return
		}
		defer leave()
		op.checkAndServe(c, body)
	}, nil
}

// A large body occupies a core for tens of milliseconds, so a program that sends many would occupy
// all cores. These bound, in bytes, how much of one person's is processed at once and how much
// waits.
const (
	largeBody    = 64 << 10
	largeAtOnce  = 1
	largeWaiting = 32
)

type operationKey struct{ method, path string }

// operation is a document's description of one method at one path, prepared for checking.
type operation struct {
	route      *routers.Route
	parameters []*openapi3.Parameter
	body       *openapi3.RequestBody // nil if none is described
	schema     *openapi3.Schema      // of a JSON body; nil for other media types
	options    *openapi3filter.Options
}

func newOperation(doc *openapi3.T, path, method string, item *openapi3.PathItem, described *openapi3.Operation) (*operation, error) {
	op := &operation{
		route: &routers.Route{Spec: doc, Path: path, PathItem: item, Method: method, Operation: described},
		// Defaults are the handler's job. Filling them in here would change the request.
		options: &openapi3filter.Options{SkipSettingDefaults: true, SchemaValidationOptions: formats()},
	}
	for _, parameters := range []openapi3.Parameters{item.Parameters, described.Parameters} {
		for _, ref := range parameters {
			if ref.Value == nil {
				return nil, fmt.Errorf("openapi: %s %s has an unresolved parameter %s", method, path, ref.Ref)
			}
			op.parameters = append(op.parameters, ref.Value)
		}
	}
	if described.RequestBody == nil {
		return op, nil
	}
	op.body = described.RequestBody.Value
	if op.body == nil {
		return nil, fmt.Errorf("openapi: %s %s has an unresolved body %s", method, path, described.RequestBody.Ref)
	}
	if media := op.body.Content["application/json"]; media != nil && media.Schema != nil {
		op.schema = media.Schema.Value
	}
	return op, nil
}

// takesOther reports whether a body has a media type that the operation takes besides JSON. Such a
// body is left to the handler, unread.
func (op *operation) takesOther(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	return err == nil && kind != "application/json" && op.body.Content[kind] != nil
}

// checkAndServe returns when the request is answered.
func (op *operation) checkAndServe(c *gin.Context, body []byte) {
	if problem := op.checkBody(c, body); problem != nil {
		WriteProblem(c, *problem)
		return
	}
	c.Next()
}

// checkParameters returns the problem with a request's parameters, nil if there is none.
func (op *operation) checkParameters(c *gin.Context) *Problem {
	if len(op.parameters) == 0 {
		return nil
	}
	input := &openapi3filter.RequestValidationInput{
		Request: c.Request, Route: op.route, Options: op.options, PathParams: pathParams(c.Params),
	}
	var fields []FieldError
	for _, parameter := range op.parameters {
		if err := openapi3filter.ValidateParameter(c.Request.Context(), input, parameter); err != nil {
			fields = append(fields, FieldError{Field: parameter.Name, Detail: parameterDetail(parameter, err)})
		}
	}
	if len(fields) == 0 {
		return nil
	}
	return &Problem{
		Status: http.StatusBadRequest,
		Detail: "A parameter is wrong: " + sentence(fields[0]),
		Errors: fields,
	}
}

func parameterDetail(parameter *openapi3.Parameter, err error) string {
	var schemaError *openapi3.SchemaError
	switch {
	case errors.As(err, &schemaError):
		return schemaDetail(schemaError)
	case errors.Is(err, openapi3filter.ErrInvalidRequired):
		return "is missing"
	case parameter.Schema != nil && parameter.Schema.Value != nil:
		return "must be " + typeName(parameter.Schema.Value) // it couldn't even be parsed
	default:
		return "is not as described"
	}
}

func pathParams(params gin.Params) map[string]string {
	if len(params) == 0 {
		return nil
	}
	values := make(map[string]string, len(params))
	for _, p := range params {
		values[p.Key] = p.Value
	}
	return values
}

// ginPath converts /recipes/{id} to gin's /recipes/:id.
func ginPath(path string) string {
	return strings.NewReplacer("{", ":", "}", "").Replace(path)
}
