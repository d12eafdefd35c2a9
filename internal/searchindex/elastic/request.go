package elastic

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"larder.dev/internal/fulldisk"
	"larder.dev/internal/searchindex"
)

// object is a JSON object in a request.
type object = map[string]any

// statusError is an error answered by Elasticsearch.
type statusError struct {
	status       int
	kind, reason string
	cause        string // type of the first shard failure; "" if there was none
}

func (e *statusError) Error() string {
	return fmt.Sprintf("status %d, %s: %s", e.status, e.kind, e.reason)
}

// problem is Elasticsearch's error format.
type problem struct {
	Type   string `json:"type"`
	Reason string `json:"reason"`
}

// kindTimeExceeded is the cause of a search over its time limit. Its status is the same as for an
// unavailable shard.
const kindTimeExceeded = "search_timeout_exception"

// tooCostly maps the error of a search over its time limit to ErrTooCostly.
func tooCostly(err error) error {
	var answered *statusError
	if errors.As(err, &answered) && answered.cause == kindTimeExceeded {
		return fmt.Errorf("%w: %w", searchindex.ErrTooCostly, err)
	}
	return err
}

// kindSentence is the kind of an answer whose error is a sentence without a type, as for a missing
// alias.
const kindSentence = "error"

func hasStatus(err error, statuses ...int) bool {
	var answered *statusError
	return errors.As(err, &answered) && slices.Contains(statuses, answered.status)
}

// call sends a request and decodes the answer into out, which may be nil. An error answer is a
// *statusError; no answer, or a transient error, is also a searchindex.ErrUnavailable.
func (x *Index) call(ctx context.Context, request esapi.Request, out any) (err error) {
	ctx, cancel := context.WithTimeout(ctx, workPatience)
	defer cancel()
	answer, err := request.Do(ctx, x.client)
	if err != nil {
		return unavailable(err)
	}
	defer func() { err = errors.Join(err, drain(answer.Body)) }()
	if answer.IsError() {
		failed := readError(answer)
		if isPassing(failed.status) && failed.cause != kindTimeExceeded {
			return unavailable(failed)
		}
		return failed
	}
	if out == nil {
		return nil
	}
	if err := json.NewDecoder(answer.Body).Decode(out); err != nil {
		return unavailable(fmt.Errorf("read its answer: %w", err))
	}
	return nil
}

func unavailable(cause error) error {
	if isFull(cause) {
		return fmt.Errorf("%w: %w: elasticsearch: %w", searchindex.ErrUnavailable, fulldisk.Err, cause)
	}
	return fmt.Errorf("%w: elasticsearch: %w", searchindex.ErrUnavailable, cause)
}

// isPassing reports a status that says nothing about the request.
func isPassing(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooManyRequests,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// drain reads to the end, as connection reuse requires.
func drain(body io.ReadCloser) error {
	_, err := io.Copy(io.Discard, body)
	if err := errors.Join(err, body.Close()); err != nil {
		return unavailable(fmt.Errorf("read its answer: %w", err))
	}
	return nil
}

func readError(answer *esapi.Response) *statusError {
	failed := &statusError{status: answer.StatusCode, kind: http.StatusText(answer.StatusCode)}
	var body struct {
		Error json.RawMessage `json:"error"`
	}
	// A proxy's page or a truncated answer is reported by status only.
	if json.NewDecoder(answer.Body).Decode(&body) != nil {
		return failed
	}
	var detail struct {
		problem

		Causes []problem `json:"root_cause"`
	}
	var sentence string
	switch {
	case json.Unmarshal(body.Error, &detail) == nil && detail.Type != "":
		failed.kind, failed.reason = detail.Type, detail.Reason
		if len(detail.Causes) > 0 {
			failed.cause = detail.Causes[0].Type
		}
	case json.Unmarshal(body.Error, &sentence) == nil && sentence != "":
		failed.kind, failed.reason = kindSentence, sentence
	}
	return failed
}

func body(value any) (*bytes.Reader, error) {
	encoded, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("encode request: %w", err)
	}
	return bytes.NewReader(encoded), nil
}
