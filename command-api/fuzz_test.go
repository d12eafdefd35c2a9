package commandapi_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	commandapi "larder.dev/command-api"
)

// Whatever a request's bytes, the answer is never a 5xx, a refusal is a problem document, and what
// is accepted is valid JSON.
func FuzzHandler(f *testing.F) {
	l := newLarder(f)
	ada := l.user("ada", commandapi.Access{Grocery: true})
	id := "/api/recipes/018f0000-0000-7000-8000-000000000000"
	for _, seed := range [][5]string{
		{"POST", "/api/recipes", "k", "", pancakes},
		{"PUT", id, "", "*", pancakes},
		{"PUT", id, "k2", `"1"`, `{"name":"a\u0000","servings":1e308,"prep_minutes":1e2}`},
		{"PUT", id, "", `W/"1", "2"`, `{"name":"a","id":7,"files":null,"ingredients":[{"name":"b","quantity":1e9,"quantity_max":1e9}]}`},
		{"POST", id + "/restore", "", `"1"`, `{"version":1}`},
		{"POST", id + "/grocery", "", "", `{"servings":0.0001,"ingredients":[0,0,199]}`},
		{"DELETE", id, "\x7f", `"9223372036854775808"`, ""},
		{"POST", "/api/session", "", "", `{"username":"ada\u0000","password":"x"}`},
		{"POST", "/api/recipes", "", "", `{"name":"\ud834\udd60","steps":[{"text":"\u2028"}],"tags":["ẞ","ß"]}`},
		{"DELETE", "/api/session", "", "", ""},
		{"DELETE", "/api/sessions", "", "", ""},
		{"DELETE", "/api/sessions/0123", "", "", ""},
		{"PATCH", "/api/recipes/%ff", "", "", "\xff"},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3], seed[4])
	}
	f.Fuzz(func(t *testing.T, method, path, key, match, body string) {
		request := rawRequest(method, path, body)
		if request == nil {
			return // not HTTP
		}
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Authorization", "Bearer "+ada.token)
		if key != "" {
			request.Header.Set("Idempotency-Key", key)
		}
		switch match {
		case "":
		case "*":
			request.Header.Set("If-None-Match", match)
		default:
			request.Header.Set("If-Match", match)
		}
		if method == http.MethodDelete && strings.HasPrefix(request.URL.Path, "/api/session") {
			request.Header.Del("Authorization") // the next input needs the session
		}
		recorder := httptest.NewRecorder()
		ada.handler.ServeHTTP(recorder, request)
		require.Less(t, recorder.Code, 500, recorder.Body.String())
		if recorder.Code >= 400 {
			require.Equal(t, "application/problem+json", recorder.Header().Get("Content-Type"))
		}
		if strings.Contains(recorder.Header().Get("Content-Type"), "json") {
			answer{recorder}.json(t)
		}
	})
}

// rawRequest parses a request as the server would; nil if the server would reject it.
func rawRequest(method, path, body string) *http.Request {
	target, err := url.ParseRequestURI(path)
	if err != nil || method == "" || !strings.HasPrefix(path, "/") {
		return nil
	}
	request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	request.Method, request.URL, request.RequestURI = method, target, path
	return request
}
