package lambdahttp_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/stretchr/testify/require"

	"larder.dev/internal/lambdahttp"
)

// An API Gateway request reaches the handler as if a server had read it, and the answer goes back
// complete: status, headers, cookies, and a binary body as base64.
func TestRequestAndAnswer(t *testing.T) {
	t.Parallel()
	var (
		order   []string
		request *http.Request
		body    []byte
		unread  error
	)
	function := lambdahttp.Function{
		Wake:  func(context.Context) { order = append(order, "wake") },
		Flush: func(context.Context) { order = append(order, "flush") },
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			order = append(order, "answer")
			request = r
			body, unread = io.ReadAll(r.Body)
			w.Header().Add("Set-Cookie", "one=1")
			w.Header().Add("Set-Cookie", "two=2")
			w.Header().Add("Vary", "Origin")
			w.Header().Add("Vary", "Accept")
			w.WriteHeader(http.StatusCreated)
			_, _ = w.Write([]byte{0xfe, 'y'})
		}),
	}
	given, err := function.Invoke(t.Context(), []byte(`{
		"version": "2.0", "rawPath": "/api/recipes/a b", "rawQueryString": "q=Z%C3%BCrcher&q=x",
		"cookies": ["larder_session=abc", "other=1"], "headers": {"host": "larder.example", "x-forwarded-proto": "https"},
		"requestContext": {"domainName": "api.example", "http": {"method": "POST", "sourceIp": "192.0.2.7"}},
		"isBase64Encoded": true, "body": "`+base64.StdEncoding.EncodeToString([]byte{0xff, 0x00, 'x'})+`"}`))
	require.NoError(t, err)
	require.Equal(t, []string{"wake", "answer", "flush"}, order)
	require.NoError(t, unread)
	require.Equal(t, []byte{0xff, 0x00, 'x'}, body)
	require.EqualValues(t, 3, request.ContentLength)
	require.Equal(t, http.MethodPost, request.Method)
	require.Equal(t, "/api/recipes/a b", request.URL.Path)
	require.Equal(t, []string{"Zürcher", "x"}, request.URL.Query()["q"])
	require.Equal(t, "larder.example", request.Host)
	require.Equal(t, "192.0.2.7:0", request.RemoteAddr)
	require.Equal(t, "https", request.Header.Get("X-Forwarded-Proto"))
	cookie, err := request.Cookie("larder_session")
	require.NoError(t, err)
	require.Equal(t, "abc", cookie.Value)
	var answer events.APIGatewayV2HTTPResponse
	require.NoError(t, json.Unmarshal(given, &answer))
	require.Equal(t, events.APIGatewayV2HTTPResponse{
		StatusCode: http.StatusCreated, Headers: map[string]string{"Vary": "Origin,Accept"},
		Cookies: []string{"one=1", "two=2"}, IsBase64Encoded: true,
		Body: base64.StdEncoding.EncodeToString([]byte{0xfe, 'y'}),
	}, answer)
}

// An answer too long for Lambda gives the handler a write error, and text is sent as text.
func TestAnswerTooLong(t *testing.T) {
	t.Parallel()
	var failed error
	function := lambdahttp.Function{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "über")
		_, failed = w.Write([]byte(strings.Repeat("x", 6<<20)))
	})}
	given, err := function.Invoke(t.Context(), []byte(`{"rawPath": "/", "requestContext": {"http": {"method": "GET"}}}`))
	require.NoError(t, err)
	require.ErrorContains(t, failed, "longer than")
	require.Contains(t, string(given), `"body":"über"`)
}

// A scheduled event runs upkeep, and Lambda retries if it fails.
func TestUpkeep(t *testing.T) {
	t.Parallel()
	asked := errors.New("asked")
	function := lambdahttp.Function{Upkeep: func(context.Context) error { return asked }}
	for _, source := range []string{"aws.events", "aws.scheduler"} {
		_, err := function.Invoke(t.Context(), []byte(`{"source": "`+source+`", "detail-type": "Scheduled Event", "detail": {}}`))
		require.ErrorIs(t, err, asked)
	}
}

// Anything else is refused.
func FuzzInvoke(f *testing.F) {
	f.Add([]byte(`{"rawPath": "/api/%zz", "requestContext": {"http": {"method": "GET"}}}`))
	f.Add([]byte(`{"rawPath": "/", "requestContext": {"http": {"method": "GE T"}}}`))
	f.Add([]byte(`{"rawPath": "api", "requestContext": {"http": {"method": "GET"}}}`))
	f.Add([]byte(`{"rawPath": "/", "isBase64Encoded": true, "body": "?", "requestContext": {"http": {"method": "GET"}}}`))
	f.Add([]byte(`[]`))
	function := lambdahttp.Function{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/") {
			panic("a path that is none: " + r.URL.Path)
		}
		_, _ = io.WriteString(w, r.URL.RawQuery)
	})}
	f.Fuzz(func(t *testing.T, payload []byte) {
		answer, err := function.Invoke(t.Context(), payload)
		require.True(t, err != nil || json.Valid(answer))
	})
}
