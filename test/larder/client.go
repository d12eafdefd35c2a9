package larder

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/apidocs/apidocstest"
)

// Client speaks HTTP with the server, with one session or none.
type Client struct {
	Token string // the session's; "" for none
	User  User

	base string
	http *http.Client
}

// NewClient returns a client without a session.
func NewClient(base string) *Client {
	transport := &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}
	return &Client{base: base, http: &http.Client{Transport: transport, Timeout: 60 * time.Second}}
}

// Login opens a session.
func Login(tb testing.TB, base, name, password string) *Client {
	tb.Helper()
	c := NewClient(base)
	answer := c.Do(tb, http.MethodPost, "/api/session", map[string]string{"username": name, "password": password})
	answer.Want(tb, http.StatusOK)
	var session Session
	answer.Decode(tb, &session)
	require.NotEmpty(tb, session.Token)
	c.Token, c.User = session.Token, session.User
	return c
}

// Request is one call. Body may be nil, a string or []byte (sent as is), or a value (sent as JSON).
type Request struct {
	Method  string
	Path    string
	Body    any
	Headers []string // name, value, name, value
}

// Do sends a request and reads the whole answer. No answer, or an undocumented one, fails the test.
func (c *Client) Do(tb testing.TB, method, path string, body any, headers ...string) Answer {
	tb.Helper()
	answer, err := c.Try(Request{Method: method, Path: path, Body: body, Headers: headers})
	require.NoError(tb, err, "%s %s", method, path)
	apidocstest.RequireDocumented(tb, method, path, answer.Status)
	return answer
}

// Try is Do for a server that may be killed meanwhile. Any goroutine may call it.
func (c *Client) Try(call Request) (Answer, error) {
	request, err := c.request(call)
	if err != nil {
		return Answer{}, err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return Answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return Answer{}, err
	}
	return Answer{
		Status: response.StatusCode, Header: response.Header, Body: content,
		what: call.Method + " " + call.Path,
	}, nil
}

func (c *Client) request(call Request) (*http.Request, error) {
	var content io.Reader
	switch body := call.Body.(type) {
	case nil:
	case string:
		content = strings.NewReader(body)
	case []byte:
		content = bytes.NewReader(body)
	default:
		encoded, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		content = bytes.NewReader(encoded)
	}
	request, err := http.NewRequest(call.Method, c.base+call.Path, content)
	if err != nil {
		return nil, err
	}
	if content != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.Token != "" {
		request.Header.Set("Authorization", "Bearer "+c.Token)
	}
	for i := 0; i+1 < len(call.Headers); i += 2 {
		request.Header.Set(call.Headers[i], call.Headers[i+1])
	}
	return request, nil
}

// Answer is a whole HTTP answer.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte

	what string
}

// Want fails the test if the status differs. A refusal must be problem+json in any case.
func (a Answer) Want(tb testing.TB, status int) Answer {
	tb.Helper()
	require.Equal(tb, status, a.Status, "%s\n%s", a.what, a.Body)
	if status >= http.StatusBadRequest {
		a.Problem(tb)
	}
	return a
}

// Decode decodes the body as JSON.
func (a Answer) Decode(tb testing.TB, into any) {
	tb.Helper()
	require.NoError(tb, json.Unmarshal(a.Body, into), "%s\n%s", a.what, a.Body)
}

// Problem decodes the body as RFC 9457.
func (a Answer) Problem(tb testing.TB) Problem {
	tb.Helper()
	require.Equal(tb, "application/problem+json", a.Header.Get("Content-Type"), "%s\n%s", a.what, a.Body)
	var problem Problem
	a.Decode(tb, &problem)
	require.Equal(tb, a.Status, problem.Status, "the problem names its status: %s", a.Body)
	require.NotEmpty(tb, problem.Title)
	return problem
}

// Recipe decodes the body as a recipe.
func (a Answer) Recipe(tb testing.TB) Recipe {
	tb.Helper()
	var recipe Recipe
	a.Decode(tb, &recipe)
	return recipe
}

// TryRecipe is Recipe for a goroutine other than the test's.
func (a Answer) TryRecipe() (Recipe, error) {
	var recipe Recipe
	err := json.Unmarshal(a.Body, &recipe)
	return recipe, err
}

// Grocery decodes the body as the answer to a grocery request.
func (a Answer) Grocery() (GroceryRequest, error) {
	var request GroceryRequest
	err := json.Unmarshal(a.Body, &request)
	return request, err
}

// After returns the mark of the answered write.
func (a Answer) After() string { return a.Header.Get("Larder-After") }
