package grocerybridge_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// exchange is one request and its answer, read from a testdata file in HTTP syntax.
type exchange struct {
	name     string
	request  *http.Request
	body     []byte
	response []byte
}

// recorded is a target that replays a recording and checks each request against it: method,
// address, the recorded headers, and the JSON body. It is a recorded contract, not the target
// itself.
type recorded struct {
	t         *testing.T
	server    *httptest.Server
	exchanges []exchange

	mu   sync.Mutex
	next int
	all  chan struct{} // closed once every exchange has happened
}

// replay replays the files in order. Further requests get the last answer again, so that a test can
// count them.
func replay(t *testing.T, files ...string) *recorded {
	t.Helper()
	r := &recorded{t: t, all: make(chan struct{})}
	for _, file := range files {
		r.exchanges = append(r.exchanges, readExchange(t, file))
	}
	r.server = httptest.NewServer(http.HandlerFunc(r.answer))
	t.Cleanup(r.server.Close)
	return r
}

// readExchange reads "testdata/NAME.http": a request, a line of dashes, the answer.
func readExchange(t *testing.T, name string) exchange {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name + ".http")
	require.NoError(t, err)
	asked, answered, found := strings.Cut(string(raw), "\n-----\n")
	require.True(t, found, "%s has no answer", name)
	head, body, _ := strings.Cut(asked, "\n\n")
	request, err := http.ReadRequest(bufio.NewReader(strings.NewReader(strings.ReplaceAll(head, "\n", "\r\n") + "\r\n\r\n")))
	require.NoError(t, err, "the request of %s", name)
	return exchange{name, request, []byte(body), []byte(answered)}
}

func (r *recorded) answer(w http.ResponseWriter, got *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.next >= len(r.exchanges) {
		r.t.Errorf("a request that isn't in the recording: %s %s", got.Method, got.URL)
		w.WriteHeader(http.StatusTeapot)
		return
	}
	want := r.exchanges[r.next]
	r.compare(want, got)
	r.next++
	if r.next == len(r.exchanges) {
		defer close(r.all)
	}
	head, body, _ := strings.Cut(string(want.response), "\n\n")
	response, err := http.ReadResponse(bufio.NewReader(strings.NewReader(strings.ReplaceAll(head, "\n", "\r\n")+"\r\n\r\n")), want.request)
	if err != nil {
		r.t.Errorf("the answer of %s: %v", want.name, err)
		return
	}
	defer func() { _ = response.Body.Close() }()
	maps.Copy(w.Header(), response.Header)
	w.WriteHeader(response.StatusCode)
	_, _ = w.Write(bytes.TrimSpace([]byte(body)))
}

func (r *recorded) compare(want exchange, got *http.Request) {
	if want.request.Method != got.Method || want.request.URL.String() != got.URL.String() {
		r.t.Errorf("%s: %s %s, and not %s %s", want.name, got.Method, got.URL, want.request.Method, want.request.URL)
	}
	for name := range want.request.Header {
		if got.Header.Get(name) != want.request.Header.Get(name) {
			r.t.Errorf("%s: header %s is %q, and not %q", want.name, name, got.Header.Get(name), want.request.Header.Get(name))
		}
	}
	body, err := io.ReadAll(got.Body)
	if err != nil {
		r.t.Errorf("%s: %v", want.name, err)
	}
	if !same(body, want.body) {
		r.t.Errorf("%s: the body is\n%s\nand not\n%s", want.name, body, want.body)
	}
}

// same compares JSON, ignoring white space and the order of keys.
func same(a, b []byte) bool {
	if len(bytes.TrimSpace(a)) == 0 && len(bytes.TrimSpace(b)) == 0 {
		return true
	}
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	return reflect.DeepEqual(x, y)
}
