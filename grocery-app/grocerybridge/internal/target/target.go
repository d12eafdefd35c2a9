// Package target is where a bridge forwards the feed's events to: another program's HTTP API. It
// decides which errors to retry.
package target

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"larder.dev/events"
)

// Target receives the feed's events, each at least once. ErrRefused is permanent; any other error
// is temporary.
type Target interface {
	Take(ctx context.Context, event events.Envelope) error

	// Check returns what would keep the target from accepting any event, without changing anything
	// there.
	Check(ctx context.Context) error
}

// ErrRefused means the target considers this event wrong, rather than having a problem itself.
var ErrRefused = errors.New("the target refuses it")

// Busy is an answer that says when to retry.
type Busy struct {
	After time.Duration
	err   error
}

func (b *Busy) Error() string { return b.err.Error() }

// Unwrap returns the answer itself.
func (b *Busy) Unwrap() error { return b.err }

// Deadline limits one request.
const Deadline = 15 * time.Second

const (
	maxAnswer = 8 << 20 // bytes: a to-do list of tens of thousands of items
	quoted    = 200     // bytes of an answer quoted in an error
)

// NewClient returns a client that doesn't follow redirects, which could leak the credentials.
func NewClient() *http.Client {
	return &http.Client{
		Timeout:       Deadline,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Get fetches a document. Its errors are those of Post.
func Get(ctx context.Context, client *http.Client, url string, header http.Header) (answer []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, fmt.Errorf("make a request to %s: %w", url, err)
	}
	request.Header = header.Clone()
	return do(client, request)
}

// Post sends JSON and returns the body of a 2xx answer. 400, 413, 415 and 422 are ErrRefused.
// Everything else is temporary, even wrong credentials, because a person can correct them.
func Post(ctx context.Context, client *http.Client, url string, header http.Header, body []byte) (answer []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("make a request to %s: %w", url, err)
	}
	request.Header = header.Clone()
	request.Header.Set("Content-Type", "application/json")
	return do(client, request)
}

func do(client *http.Client, request *http.Request) (answer []byte, err error) {
	response, err := client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("ask the target: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err = io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("read the answer of %s: %w", request.URL.Redacted(), err)
	}
	if response.StatusCode/100 == 2 {
		return answer, nil
	}
	return nil, failure(response, answer)
}

func failure(response *http.Response, answer []byte) error {
	err := fmt.Errorf("%s answers %s: %.*q", response.Request.URL.Redacted(), response.Status, quoted, answer)
	switch response.StatusCode {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity:
		return fmt.Errorf("%w: %w", ErrRefused, err)
	case http.StatusUnauthorized, http.StatusForbidden:
		err = fmt.Errorf("%w: %w", ErrUnauthorized, err)
	case http.StatusNotFound, http.StatusGone:
		err = fmt.Errorf("%w: %w", ErrNotThere, err)
	}
	if seconds, convErr := strconv.Atoi(response.Header.Get("Retry-After")); convErr == nil && seconds > 0 {
		return &Busy{After: time.Duration(seconds) * time.Second, err: err}
	}
	return err
}
