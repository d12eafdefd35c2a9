package queryapi_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/events"
	"larder.dev/exporter"
	"larder.dev/importer/found"
	"larder.dev/importer/material"
	"larder.dev/internal/limits"
	queryapi "larder.dev/query-api"
)

// photos gives every file the same bytes, after a signal if there is one.
type photos struct {
	of      string
	entered chan struct{} // nil for none
	leave   chan struct{}
}

func (p photos) Original(ctx context.Context, file events.File) (io.ReadCloser, error) {
	if p.entered != nil {
		p.entered <- struct{}{}
		select {
		case <-p.leave:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	return io.NopCloser(strings.NewReader("photo of " + p.of + " " + file.SHA256)), nil
}

func (p photos) JPEG(ctx context.Context, file events.File) (io.ReadCloser, error) {
	return p.Original(ctx, file)
}

// An export has exactly the caller's recipes in each format, over more than a page, with their
// pictures.
func TestExport(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(deps *queryapi.Deps) {
		deps.Pictures = func(user string) exporter.Pictures { return photos{of: user} }
	})
	ada, bob := w.cook("ada"), w.cook("bob")
	const count = 203
	for i := range count {
		ada.write(recipe(fmt.Sprint("Hers ", i)))
	}
	ada.delete(ada.write(recipe("Gone")))
	bob.write(recipe("His"))
	for _, format := range exporter.Formats() {
		a := ada.get("/api/export?format=" + string(format))
		require.Equal(t, http.StatusOK, a.status)
		require.Equal(t, format.MediaType(), a.header.Get("Content-Type"))
		require.Contains(t, a.header.Get("Content-Disposition"), format.Extension())
		if format == exporter.PDF {
			require.GreaterOrEqual(t, bytes.Count(a.body, []byte("/Type /Page\n")), count)
			continue
		}
		names := map[string]bool{}
		err := material.File(t.Context(), "export", bytes.NewReader(a.body), int64(len(a.body)), found.Sink{
			Recipe: func(r found.Recipe) { names[r.Name] = true },
			Failed: func(f found.Failure) { require.Fail(t, f.Reason) },
		})
		require.NoError(t, err)
		require.Len(t, names, count, format)
		require.NotContains(t, names, "His")
		require.NotContains(t, names, "Gone")
		if format == exporter.JSONLD {
			require.Equal(t, count, bytes.Count(a.body, []byte("photo of "+ada.id)))
		}
	}
	require.Equal(t, ada.get("/api/export").body, ada.get("/api/export?format=larder").body)
}

// A format that there isn't is refused with the names of those that there are.
func TestExportInNoFormat(t *testing.T) {
	t.Parallel()
	text := newWorld(t).cook("ada").get("/api/export?format=word").problem(http.StatusBadRequest)
	for _, format := range exporter.Formats() {
		require.Contains(t, text, string(format))
	}
}

// A second export at once is refused, since each reads everything of a person's.
func TestOneExportAtOnce(t *testing.T) {
	t.Parallel()
	throttle, err := limits.New(limits.Defaults(), nil)
	require.NoError(t, err)
	waiting := photos{entered: make(chan struct{}), leave: make(chan struct{})}
	w := newWorld(t, func(deps *queryapi.Deps) {
		deps.Throttle = throttle
		deps.Pictures = func(string) exporter.Pictures { return waiting }
	})
	ada := w.cook("ada")
	ada.write(recipe("Soup"))
	first := make(chan answer)
	go func() { first <- ada.get("/api/export?format=json-ld") }()
	<-waiting.entered
	require.Equal(t, http.StatusTooManyRequests, ada.get("/api/export").status)
	close(waiting.leave)
	require.Equal(t, http.StatusOK, (<-first).status)
	require.Equal(t, http.StatusOK, ada.get("/api/export").status)
}

// noPhotos fails at every picture.
type noPhotos struct{}

func (noPhotos) Original(context.Context, events.File) (io.ReadCloser, error) {
	return nil, errors.New("the store is away")
}

func (p noPhotos) JPEG(ctx context.Context, file events.File) (io.ReadCloser, error) {
	return p.Original(ctx, file)
}

// An export that fails on its way is cut off: a caller must not take it for the whole.
func TestExportThatBreaksOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(deps *queryapi.Deps) {
		deps.Pictures = func(string) exporter.Pictures { return noPhotos{} }
	})
	ada := w.cook("ada")
	ada.write(recipe("Soup"))
	server := httptest.NewServer(w.handler)
	t.Cleanup(server.Close)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/api/export?format=json-ld", http.NoBody)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+ada.token)
	response, err := http.DefaultClient.Do(request)
	if err == nil {
		_, err = io.ReadAll(response.Body)
		require.NoError(t, response.Body.Close())
	}
	require.Error(t, err)
}

// An export needs a database; where there is none, it says so rather than being empty.
func TestExportWithoutADatabase(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(deps *queryapi.Deps) { deps.Primary = deadDatabase(t) })
	w.cook("ada").get("/api/export").problem(http.StatusServiceUnavailable)
}
