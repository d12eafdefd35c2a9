package queryapi_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	queryapi "larder.dev/query-api"
)

// Whatever the address and headers, a read is answered or refused as openapi.yaml describes, and is
// never a server error.
func FuzzReads(f *testing.F) {
	w := newWorld(f, func(d *queryapi.Deps) { d.Log = slog.New(slog.DiscardHandler) }) // F.Log may not be used while fuzzing
	ada := w.cook("Ada")
	r := ada.add(recipe("Soup", "hot"))
	ada.write(recipe("Unseen soup"))
	var first page
	ada.get("/api/recipes?limit=1").ok(&first)

	f.Add("/api/session", "", "", "", "")
	f.Add("/api/recipes", "q=soup&tag=hot&limit=1", "", "", "")
	f.Add("/api/recipes", "q=so%00up&cursor=%ff&limit=1e9", r.ID+"@1", "", "")
	f.Add("/api/recipes", "q=a&q=b&limit=1&limit=2&;", "@", "", "")
	f.Add("/api/recipes", "cursor=AQAAAAAAAAAAAQ", r.ID+"@9223372036854775807", "", "")
	f.Add("/api/recipes/"+r.ID, "", r.ID+"@1", `"1"`, "")
	f.Add("/api/recipes/"+r.ID, "id=x", "\x00\xff@", `W/"1", *,,"`, "")
	f.Add("/api/recipes/{"+r.ID+"}", "", "", "", "")
	f.Add("/api/recipes/urn:uuid:"+r.ID, "", "", "", "")
	f.Add("/api/recipes/\xff\x00", "", "", "", "")
	f.Add("/api/changes", "since=1&limit=500", "", "", "")
	f.Add("/api/changes", "since=-9223372036854775808&limit=+1", "", "", "")
	f.Add("/api/events", "since=0", "", "", "1")
	f.Add("/api/events", "since=1e3", "", "", "99999999999999999999")
	f.Fuzz(func(t *testing.T, path, query, after, ifNoneMatch, lastEvent string) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		request := (&http.Request{
			Method: http.MethodGet, URL: &url.URL{Path: path, RawQuery: query}, Proto: "HTTP/1.1",
			Header: http.Header{"Authorization": {"Bearer " + ada.token}},
		}).WithContext(ctx)
		for name, value := range map[string]string{
			"Larder-After": after, "If-None-Match": ifNoneMatch, "Last-Event-Id": lastEvent,
		} {
			if value != "" {
				request.Header[name] = []string{value}
			}
		}
		recorder := &hangUp{ResponseRecorder: httptest.NewRecorder(), hangUp: cancel}
		w.handler.ServeHTTP(recorder, request)
		require.Less(t, recorder.Code, http.StatusInternalServerError, "%s", recorder.Body)
		w.checkAnswer(request, answer{
			t: t, status: recorder.Code, header: recorder.Header(), body: recorder.Body.Bytes(),
		})
	})
}

// hangUp disconnects at the first write, since a stream never ends on its own.
type hangUp struct {
	*httptest.ResponseRecorder
	hangUp func()
}

func (h *hangUp) Write(text []byte) (int, error) {
	defer h.hangUp()
	return h.ResponseRecorder.Write(text)
}
