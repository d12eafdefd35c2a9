package larder

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Event is one server-sent event.
type Event struct {
	ID   string
	Name string
	Data string
}

// Change decodes a change event's data.
func (e Event) Change(tb testing.TB) Change {
	tb.Helper()
	var change Change
	require.NoError(tb, json.Unmarshal([]byte(e.Data), &change), e.Data)
	return change
}

// Stream opens /api/events and returns the events as they come. The channel is closed when the
// server ends the stream. When it returns the stream is open, so that nothing is missed from now
// on.
func (c *Client) Stream(tb testing.TB, path string, headers ...string) <-chan Event {
	tb.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	request, err := c.request(Request{Method: http.MethodGet, Path: path, Headers: headers})
	require.NoError(tb, err)
	request.Header.Set("Accept", "text/event-stream")
	streaming := &http.Client{Transport: &http.Transport{}}
	response, err := streaming.Do(request.WithContext(ctx))
	require.NoError(tb, err)
	require.Equal(tb, http.StatusOK, response.StatusCode)
	require.True(tb, strings.HasPrefix(response.Header.Get("Content-Type"), "text/event-stream"))

	events := make(chan Event, 1024)
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer close(events)
		readEvents(bufio.NewScanner(response.Body), events)
	}()
	tb.Cleanup(func() {
		cancel()
		_ = response.Body.Close()
		<-done
		streaming.CloseIdleConnections()
	})
	return events
}

func readEvents(scanner *bufio.Scanner, events chan<- Event) {
	scanner.Buffer(nil, 4<<20)
	var event Event
	for scanner.Scan() {
		name, value, _ := strings.Cut(scanner.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch name {
		case "id":
			event.ID = value
		case "event":
			event.Name = value
		case "data":
			event.Data += value
		}
		if scanner.Text() == "" && event.Data != "" {
			events <- event
			event = Event{}
		}
	}
}

// NextEvent returns a stream's next event, within a generous time limit.
func NextEvent(tb testing.TB, events <-chan Event) Event {
	tb.Helper()
	select {
	case event, open := <-events:
		require.True(tb, open, "the server ended the stream")
		return event
	case <-time.After(15 * time.Second):
		require.FailNow(tb, "no event came")
		return Event{}
	}
}

// Hold opens a stream that nobody reads, and leaves it open until ctx ends. It returns the status,
// 0 for no answer.
func (c *Client) Hold(ctx context.Context, with *http.Client, path string) int {
	request, err := c.request(Request{Method: http.MethodGet, Path: path})
	if err != nil {
		return 0
	}
	request.Header.Set("Accept", "text/event-stream")
	response, err := with.Do(request.WithContext(ctx))
	if err != nil {
		return 0
	}
	if response.StatusCode != http.StatusOK {
		_ = response.Body.Close()
		return response.StatusCode
	}
	context.AfterFunc(ctx, func() { _ = response.Body.Close() })
	return response.StatusCode
}
