// Package lambdahttp serves AWS Lambda events with an HTTP handler: those of an API Gateway HTTP
// API or a function URL (payload format 2.0), and scheduled ones with upkeep.
//
// Lambda freezes the process between two events, for seconds or hours. So no work may be left when
// an answer is returned, and cached state may be stale at the next event: Function has a step for
// each.
package lambdahttp

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
)

// maxAnswer is the longest body, in bytes: Lambda accepts 6 MiB, with the body as base64 within
// JSON.
const maxAnswer = 4_400_000

// Function is what Lambda runs.
type Function struct {
	Handler http.Handler
	// Wake runs before a request, within its time: it updates what changed while the process was
	// frozen.
	Wake func(ctx context.Context)
	// Flush runs before the answer is returned: after that the process may be frozen.
	Flush func(ctx context.Context)
	// Upkeep runs for a scheduled event.
	Upkeep func(ctx context.Context) error
}

// Serve takes events from Lambda's runtime interface, one at a time, and ends with the process or
// with ctx.
func (f Function) Serve(ctx context.Context) {
	lambda.StartWithOptions(f, lambda.WithContext(ctx))
}

// Invoke answers one event. It returns an error for an event that is neither a request nor
// scheduled, or for failed upkeep; an invalid request gets an HTTP status.
func (f Function) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	var event struct {
		events.APIGatewayV2HTTPRequest

		Source string `json:"source"`
	}
	if err := json.Unmarshal(payload, &event); err != nil {
		return nil, fmt.Errorf("read the event: %w", err)
	}
	if f.Wake != nil {
		f.Wake(ctx)
	}
	if event.Source == "aws.events" || event.Source == "aws.scheduler" {
		return []byte("null"), f.upkeep(ctx)
	}
	request, err := requestOf(ctx, event.APIGatewayV2HTTPRequest)
	if err != nil {
		return nil, err
	}
	answer := &answer{header: http.Header{}}
	f.Handler.ServeHTTP(answer, request)
	if f.Flush != nil {
		f.Flush(ctx)
	}
	return answer.encode()
}

func (f Function) upkeep(ctx context.Context) error {
	if f.Upkeep == nil {
		return nil
	}
	return f.Upkeep(ctx)
}

var errNoRequest = errors.New("the event is no request of an HTTP API, payload format 2.0")

func requestOf(ctx context.Context, event events.APIGatewayV2HTTPRequest) (*http.Request, error) {
	call := event.RequestContext.HTTP
	if call.Method == "" || !strings.HasPrefix(event.RawPath, "/") {
		return nil, errNoRequest
	}
	body := []byte(event.Body)
	if event.IsBase64Encoded {
		var err error
		if body, err = base64.StdEncoding.DecodeString(event.Body); err != nil {
			return nil, fmt.Errorf("decode the body of %s %s: %w", call.Method, event.RawPath, err)
		}
	}
	// The request target, as a server would have read it.
	target := (&url.URL{Path: event.RawPath}).EscapedPath()
	if _, err := url.PathUnescape(event.RawPath); err == nil && strings.Contains(event.RawPath, "%") {
		target = event.RawPath // already escaped
	}
	if event.RawQueryString != "" {
		target += "?" + event.RawQueryString
	}
	request, err := http.NewRequestWithContext(ctx, call.Method, target, strings.NewReader(string(body)))
	if err != nil {
		return nil, fmt.Errorf("make the request %s %s: %w", call.Method, event.RawPath, err)
	}
	for name, value := range event.Headers { // repeated headers are already joined by commas
		request.Header.Set(name, value)
	}
	if len(event.Cookies) > 0 {
		request.Header.Set("Cookie", strings.Join(event.Cookies, "; "))
	}
	request.Host = event.RequestContext.DomainName
	if host := request.Header.Get("Host"); host != "" {
		request.Host = host
	}
	request.RequestURI = target
	request.RemoteAddr = net.JoinHostPort(call.SourceIP, "0")
	return request, nil
}

// answer collects what the handler writes. It can't be flushed: API Gateway waits for it all.
type answer struct {
	header http.Header
	status int
	body   []byte
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if a.status == 0 && status >= http.StatusOK {
		a.status = status
	}
}

func (a *answer) Write(text []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	if len(a.body)+len(text) > maxAnswer {
		return 0, fmt.Errorf("the answer is longer than %d bytes, which is what Lambda passes on", maxAnswer)
	}
	a.body = append(a.body, text...)
	return len(text), nil
}

func (a *answer) encode() ([]byte, error) {
	a.WriteHeader(http.StatusOK)
	answer := events.APIGatewayV2HTTPResponse{
		StatusCode: a.status, Headers: map[string]string{}, Cookies: a.header.Values("Set-Cookie"), Body: string(a.body),
	}
	for name, values := range a.header {
		if name != "Set-Cookie" {
			answer.Headers[name] = strings.Join(values, ",")
		}
	}
	if !utf8.Valid(a.body) {
		answer.IsBase64Encoded, answer.Body = true, base64.StdEncoding.EncodeToString(a.body)
	}
	encoded, err := json.Marshal(answer)
	if err != nil {
		return nil, fmt.Errorf("encode the answer: %w", err)
	}
	return encoded, nil
}
