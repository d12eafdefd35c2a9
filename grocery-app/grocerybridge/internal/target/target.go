// Package target is what a bridge hands the feed's events to: another program's HTTP API. It knows when to try
// again and when not to.
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

// Target takes the events of the feed, each perhaps more than once. An error that is ErrRefused will be the same
// next time; any other passes.
type Target interface {
	Take(ctx context.Context, event events.Envelope) error

	// Check tells what would keep it from taking any event, and changes nothing there.
	Check(ctx context.Context) error
}

// ErrRefused is a target's answer that says that this event is wrong, and not that the target is unwell.
var ErrRefused = errors.New("the target refuses it")

// Busy is an answer that says when to come again.
type Busy struct {
	After time.Duration
	err   error
}

func (b *Busy) Error() string { return b.err.Error() }

// Unwrap gives the answer itself.
func (b *Busy) Unwrap() error { return b.err }

// Deadline is that of one request.
const Deadline = 15 * time.Second

const (
	maxAnswer = 8 << 20 // bytes: a to-do list of tens of thousands of items
	quoted    = 200     // bytes of an answer that an error quotes
)

// NewClient makes a client that doesn't follow redirections: they would take the credentials elsewhere.
func NewClient() *http.Client {
	return &http.Client{
		Timeout:       Deadline,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Get asks for a document. Errors are those of Post.
func Get(ctx context.Context, client *http.Client, url string, header http.Header) (answer []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, fmt.Errorf("make a request to %s: %w", url, err)
	}
	request.Header = header.Clone()
	return do(client, request)
}

// Post sends JSON and gives the body of a 2xx answer. 400, 413, 415 and 422 are ErrRefused; everything else may pass,
// wrong credentials too, since a person can mend them.
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
