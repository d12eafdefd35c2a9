package httpserver_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"larder.dev/internal/httpserver"
)

const document = `
openapi: 3.0.3
info: {title: Things, version: "1"}
paths:
  /things:
    get:
      parameters:
        - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 100, default: 50}}
        - {name: order, in: query, schema: {type: string, enum: [name, age]}}
        - {name: Idempotency-Key, in: header, schema: {type: string, minLength: 1, maxLength: 5}}
      responses: {"200": {description: ok}}
    post:
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}
      responses: {"200": {description: ok}}
  /things/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: string, format: uuid}}
    get:
      responses: {"200": {description: ok}}
    put:
      requestBody:
        content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}
      responses: {"200": {description: ok}}
components:
  schemas:
    Thing:
      type: object
      additionalProperties: false
      required: [name]
      properties:
        id: {type: string, format: uuid, nullable: true}
        name: {type: string, minLength: 1, maxLength: 10}
        count: {type: integer, minimum: 0, maximum: 9, nullable: true}
        weight: {type: number, minimum: 0, exclusiveMinimum: true, nullable: true}
        kind: {type: string, enum: [big, small]}
        made: {type: string, format: date-time}
        fresh: {type: boolean}
        version: {type: integer, readOnly: true}
        code: {type: string, pattern: '^[a-z]+$', x-pattern-detail: must be small letters}
        tags: {type: array, maxItems: 2, uniqueItems: true, items: {type: string, minLength: 2}}
        parts:
          type: array
          maxItems: 300
          items:
            type: object
            additionalProperties: false
            required: [text]
            properties:
              text: {type: string, maxLength: 5}
              amount: {type: number}
`

func validation(t testing.TB) gin.HandlerFunc {
	t.Helper()
	described, err := openapi3.NewLoader().LoadFromData([]byte(document))
	require.NoError(t, err)
	require.NoError(t, described.Validate(t.Context()))
	validate, err := httpserver.ValidateRequests(described)
	require.NoError(t, err)
	return validate
}

// things is a server that echoes the body that its handler got.
func things(t testing.TB) http.Handler {
	t.Helper()
	engine := newEngine(t, httpserver.Options{Log: slog.New(slog.DiscardHandler)})
	engine.Use(validation(t))
	echo := func(c *gin.Context) {
		body, _ := io.ReadAll(c.Request.Body)
		c.String(http.StatusOK, string(body)+c.Request.URL.RawQuery)
	}
	engine.GET("/things", echo)
	engine.POST("/things", echo)
	engine.GET("/things/:id", echo)
	engine.PUT("/things/:id", echo)
	engine.POST("/undescribed", echo)
	return engine
}

func post(handler http.Handler, body string) *httptest.ResponseRecorder {
	return call(handler, http.MethodPost, "/things", body, "Content-Type", "application/json")
}

// said returns a problem's field errors as "field detail" lines.
func said(t testing.TB, members map[string]any) []string {
	t.Helper()
	text, err := json.Marshal(members["errors"])
	require.NoError(t, err)
	var fields []httpserver.FieldError
	require.NoError(t, json.Unmarshal(text, &fields))
	lines := make([]string, len(fields))
	for i, f := range fields {
		lines[i] = f.Field + " " + f.Detail
	}
	return lines
}

const id = "0190a7c4-5f0e-7b7e-9c3a-2f6d1c0e8a55"

// A valid request passes, and the handler gets it unchanged.
func TestGoodRequests(t *testing.T) {
	t.Parallel()
	handler := things(t)
	for _, body := range []string{
		`{"name":"x"}`, ` { "name" : "0123456789" , "count":null, "id":"` + id + `"} `,
		`{"name":"🍲🍲🍲🍲🍲🍲🍲🍲🍲🍲"}`, `{"name":"\ud83c\udf72 \\ud83c"}`, `{"name":"a","count":9,"weight":0.1,"tags":["aa","bb"]}`,
	} {
		answer := post(handler, body)
		require.Equal(t, http.StatusOK, answer.Code, answer.Body.String())
		require.Equal(t, body, answer.Body.String())
	}
	require.Equal(t, http.StatusOK, call(handler, http.MethodGet, "/things/"+id, "").Code)
	require.Empty(t, call(handler, http.MethodGet, "/things", "").Body.String(), "no default is written into the query")
	require.Equal(t, "order=age&limit=1", call(handler, http.MethodGet, "/things?order=age&limit=1", "").Body.String())
	require.Equal(t, "anything", call(handler, http.MethodPost, "/undescribed", "anything").Body.String())
	require.Equal(t, http.StatusOK, call(handler, http.MethodPut, "/things/"+id, "").Code, "a body that isn't required")
	answer := call(handler, http.MethodPost, "/things", `{"name":"x"}`, "Content-Type", `application/json; charset=UTF-8`)
	require.Equal(t, http.StatusOK, answer.Code)
}

// A field error names the field and says what it must be.
func TestFieldErrors(t *testing.T) {
	t.Parallel()
	handler := things(t)
	for body, want := range map[string]string{
		`{}`:                                     "name is missing",
		`{"name":null}`:                          "name must be text, not null",
		`{"name":""}`:                            "name must not be empty",
		`{"name":"01234567890"}`:                 "name must have at most 10 characters",
		`{"name":7}`:                             "name must be text, not a number like this",
		`{"name":["x"]}`:                         "name must be text, not a list",
		`{"name":{"x":1}}`:                       "name must be text, not an object",
		`{"name":true}`:                          "name must be text, not true",
		`{"name":"x","colour":"red"}`:            "colour is not a known field",
		`{"name":"x","a\nb":1}`:                  "a\nb is not a known field",
		`{"name":"x","count":1.5}`:               "count must be a whole number, not a number like this",
		`{"name":"x","count":"1"}`:               "count must be a whole number, not text",
		`{"name":"x","count":-1}`:                "count must be at least 0",
		`{"name":"x","count":10}`:                "count must be at most 9",
		`{"name":"x","weight":0}`:                "weight must be more than 0",
		`{"name":"x","fresh":"yes"}`:             "fresh must be true or false, not text",
		`{"name":"x","kind":"huge"}`:             `kind must be one of "big", "small"`,
		`{"name":"x","made":"yesterday"}`:        "made must be a time, as 2025-01-31T18:30:00Z",
		`{"name":"x","version":3}`:               "version can't be set",
		`{"name":"x","code":"A1"}`:               "code must be small letters",
		`{"name":"x","id":"17"}`:                 "id must be a UUID in lower case, as " + id,
		`{"name":"x","tags":["aa","bb","cc"]}`:   "tags must have at most 2 entries",
		`{"name":"x","tags":["aa","aa"]}`:        "tags must not have the same entry twice",
		`{"name":"x","tags":["aa","b"]}`:         "tags[1] must have at least 2 characters",
		`{"name":"x","tags":{}}`:                 "tags must be a list, not an object",
		`{"name":"x","parts":[{"text":"a"},{}]}`: "parts[1].text is missing",
		`{"name":"x","parts":[{"text":"a"},{"text":"b"},{"text":"012345"}]}`: "parts[2].text must have at most 5 characters",
		`{"name":"x","parts":[{"text":"a","unit":"g"}]}`:                     "parts[0].unit is not a known field",
		`{"name":"x","parts":[{"text":"a","amount":"1"}]}`:                   "parts[0].amount must be a number, not text",
		`{"name":"x","parts":["a"]}`:                                         "parts[0] must be an object, not text",
		`[]`:                                                                 " must be an object, not a list",
		`null`:                                                               " must be an object, not null",
		`"x"`:                                                                " must be an object, not text",
	} {
		answer := post(handler, body)
		members := problem(t, answer, http.StatusUnprocessableEntity)
		require.Equal(t, []string{want}, said(t, members), body)
		if !strings.HasPrefix(want, " ") {
			require.Equal(t, "A field is wrong: "+want+".", members["detail"], body)
		} else {
			require.Equal(t, "A field is wrong: the body"+want+".", members["detail"], body)
		}
	}
}

// All errors of a form are reported at once, without repeating its content.
func TestAllFieldErrors(t *testing.T) {
	t.Parallel()
	answer := post(things(t), `{"count":99,"parts":[{"text":"my secret"},{"texts":"b"}]}`)
	members := problem(t, answer, http.StatusUnprocessableEntity)
	require.ElementsMatch(t, []string{
		"name is missing", "count must be at most 9", "parts[0].text must have at most 5 characters",
		"parts[1].text is missing", "parts[1].texts is not a known field",
	}, said(t, members))
	require.Contains(t, members["detail"], "5 fields are wrong; first: ")
	require.NotContains(t, answer.Body.String(), "secret")
}

// A body with a thousand errors gets an answer of bounded length.
func TestManyFieldErrors(t *testing.T) {
	t.Parallel()
	handler := things(t)
	members := problem(t, post(handler, `{"name":"x","parts":[`+strings.Repeat(`{},`, 1000)+`{}]}`), http.StatusUnprocessableEntity)
	require.Len(t, said(t, members), 20)
	require.Contains(t, members["detail"], "1002 fields are wrong")
	long := post(handler, `{"name":"x","parts":[`+strings.Repeat(`{},`, 100_000)+`{}]}`)
	require.Len(t, said(t, problem(t, long, http.StatusUnprocessableEntity)), 1)
}

// A body that isn't JSON in UTF-8 is refused with the error's position.
func TestBrokenJSON(t *testing.T) {
	t.Parallel()
	handler := things(t)
	for body, want := range map[string]string{
		`{"name":"x"`:              "The body isn't JSON: line 1, column 11: unexpected end of JSON input.",
		"{\n  \"näme\":\"x\",\n}":  "The body isn't JSON: line 3, column 1: invalid character '}' looking for beginning of object key string.",
		`{"name":"x"} {}`:          "The body isn't JSON: line 1, column 14: invalid character '{' after top-level value.",
		`{name:"x"}`:               "The body isn't JSON: line 1, column 2: invalid character 'n' looking for beginning of object key string.",
		"{\"name\":\"a\x00b\"}":    `The body isn't JSON: line 1, column 11: invalid character '\x00' in string literal.`,
		"{\"name\":\"\xff\"}":      "The body isn't JSON: it isn't UTF-8.",
		`{"name":"\ud83c"}`:        "The body isn't JSON: line 1, column 10 has half a character (a lone surrogate).",
		`{"name":"ä\udf72\ud83c"}`: "The body isn't JSON: line 1, column 11 has half a character (a lone surrogate).",
		`{"name":"\ud83cx\udf72"}`: "The body isn't JSON: line 1, column 10 has half a character (a lone surrogate).",
		``:                         "The request has no body, and needs one in JSON.",
	} {
		require.Equal(t, want, problem(t, post(handler, body), http.StatusBadRequest)["detail"], body)
	}
	deep := strings.Repeat("[", 100_000)
	problem(t, post(handler, deep), http.StatusBadRequest)
}

// A number too large for float64 is reported by field.
func TestNumberOutOfRange(t *testing.T) {
	t.Parallel()
	handler := things(t)
	for body, want := range map[string]string{
		`{"name":"x","weight":1e999}`:              "weight is out of the range of numbers",
		`{"name":"x","weight":-1E+400}`:            "weight is out of the range of numbers",
		`{"name":"x","parts":[{"text":1e999999}]}`: "parts[0].text is out of the range of numbers",
		`1e999`: " is out of the range of numbers",
	} {
		require.Equal(t, []string{want}, said(t, problem(t, post(handler, body), http.StatusBadRequest)), body)
	}
}

// An answer reports only the first fields, however many are wrong.
func TestFieldsToldOfAreBounded(t *testing.T) {
	t.Parallel()
	body := `{"name":"x","parts":[` + strings.Repeat("1e400,", 100_000) + `1e400]}`
	require.Len(t, said(t, problem(t, post(things(t), body), http.StatusBadRequest)), 20)
	written, err := json.Marshal(httpserver.Problem{Status: http.StatusBadRequest, Errors: make([]httpserver.FieldError, 1000)})
	require.NoError(t, err)
	require.Less(t, len(written), 1000)
}

// A media type may be in any case, with any space around its parameters.
func TestMediaTypeInAnyCase(t *testing.T) {
	t.Parallel()
	handler := things(t)
	for _, kind := range []string{"APPLICATION/JSON", "Application/Json ; Charset=UTF-8", " application/json;charset=\"utf-8\" ", "application/json;"} {
		answer := call(handler, http.MethodPost, "/things", `{"name":"x"}`, "Content-Type", kind)
		require.Equal(t, http.StatusOK, answer.Code, "%s %s", kind, answer.Body)
	}
}

// A body of another media type is refused before it is read as JSON.
func TestMediaType(t *testing.T) {
	t.Parallel()
	handler := things(t)
	for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1", "application/json; x", "application/jsonp"} {
		answer := call(handler, http.MethodPost, "/things", `{"name":"x"}`, "Content-Type", kind)
		problem(t, answer, http.StatusUnsupportedMediaType)
	}
}

// A body over the limit is a 413 here too.
func TestValidatedBodyLimit(t *testing.T) {
	t.Parallel()
	handler := things(t)
	problem(t, post(handler, `{"name":"`+strings.Repeat("a", 1<<20)+`"}`), http.StatusRequestEntityTooLarge)
	request := httptest.NewRequest(http.MethodPost, "/things", io.MultiReader(strings.NewReader(strings.Repeat("a", 1<<20+1))))
	request.ContentLength = -1
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, request)
	members := problem(t, answer, http.StatusRequestEntityTooLarge)
	require.EqualValues(t, 1<<20, members["limit"])
}

// An invalid parameter is named, with what it must be.
func TestParameters(t *testing.T) {
	t.Parallel()
	handler := things(t)
	uuid := "id must be a UUID in lower case, as " + id
	for address, want := range map[string]string{
		"/things?limit=0":                    "limit must be at least 1",
		"/things?limit=101":                  "limit must be at most 100",
		"/things?limit=ten":                  "limit must be a whole number",
		"/things?limit=":                     "limit must be a whole number",
		"/things?limit=1.5":                  "limit must be a whole number",
		"/things?order=size":                 `order must be one of "name", "age"`,
		"/things/17":                         uuid,
		"/things/" + strings.ToUpper(id):     uuid,
		"/things/urn:uuid:" + id:             uuid,
		"/things/" + strings.Repeat("é", 18): uuid,
	} {
		members := problem(t, call(handler, http.MethodGet, address, ""), http.StatusBadRequest)
		require.Equal(t, []string{want}, said(t, members), address)
		require.Equal(t, "A parameter is wrong: "+want+".", members["detail"])
	}
	members := problem(t, call(handler, http.MethodGet, "/things", "", "Idempotency-Key", "012345"), http.StatusBadRequest)
	require.Equal(t, []string{"Idempotency-Key must have at most 5 characters"}, said(t, members))
	members = problem(t, call(handler, http.MethodGet, "/things?limit=0&order=x", ""), http.StatusBadRequest)
	require.Len(t, said(t, members), 2)
}

// FuzzValidate sends any bytes as a body: no answer is a 5xx, and what passes is JSON with a name.
func FuzzValidate(f *testing.F) {
	for _, seed := range []string{`{"name":"x"}`, `{"name":"\ud83c\udf72"}`, `{"name":"x","parts":[{"text":"a"}]}`, `\`, `{"name":"\u12`, "[[[", "null"} {
		f.Add([]byte(seed))
	}
	handler := things(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		answer := post(handler, string(body))
		require.Less(t, answer.Code, 500, answer.Body.String())
		if answer.Code != http.StatusOK {
			return
		}
		var thing struct {
			Name *string `json:"name"`
		}
		require.NoError(t, json.Unmarshal(body, &thing), "%q", body)
		require.NotNil(t, thing.Name)
	})
}
