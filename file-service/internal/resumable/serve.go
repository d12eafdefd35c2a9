package resumable

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/tus/tusd/v2/pkg/handler"
)

// Answer is the answer to an upload request.
type Answer struct {
	Upload string // the id, if one was created
	Status int
	Header http.Header // of the protocol
	Reason string      // if the status is 400 or above
	Done   *Done       // set once the upload is finished
}

// Create starts an upload. It returns ErrTooMany, Admit's errors or, if the request includes all
// bytes, Finish's.
func (u *Uploads) Create(w http.ResponseWriter, r *http.Request, user string) (Answer, error) {
	call := &call{user: user}
	answer := u.serve(u.tus.PostFile, w, r, "", call)
	answer.Upload = call.upload
	answer.Header.Del("Location") // has tusd's own key
	answer.Header.Set("Upload-Expires", time.Now().Add(Expiry).UTC().Format(http.TimeFormat))
	return answer, call.err
}

// Ask returns how much of an upload has arrived. It returns ErrNoUpload or Finish's error.
func (u *Uploads) Ask(w http.ResponseWriter, r *http.Request, user, id string) (Answer, error) {
	return u.atSettled(u.tus.HeadFile, w, r, user, id)
}

// Continue receives the next bytes of an upload. It returns ErrNoUpload or Finish's error.
func (u *Uploads) Continue(w http.ResponseWriter, r *http.Request, user, id string) (Answer, error) {
	return u.atSettled(u.tus.PatchFile, w, r, user, id)
}

func (u *Uploads) atSettled(serve http.HandlerFunc, w http.ResponseWriter, r *http.Request, user, id string) (Answer, error) {
	done, err := u.finishLate(r.Context(), user, id)
	if err != nil {
		return Answer{}, err
	}
	call := &call{user: user, done: done}
	return u.serve(serve, w, r, user+"/"+id, call), call.err
}

// Drop abandons an upload. If it already became a file, that stays. It returns ErrNoUpload.
func (u *Uploads) Drop(w http.ResponseWriter, r *http.Request, user, id string) (Answer, error) {
	call := &call{user: user}
	answer := u.serve(u.tus.DelFile, w, r, user+"/"+id, call)
	if answer.Status == http.StatusNotFound {
		return Answer{}, ErrNoUpload
	}
	return answer, call.err
}

// call carries state between a request and tusd's callbacks.
type call struct {
	user   string
	upload string
	done   *Done
	err    error

	mu          sync.Mutex
	taken       bool // the whole body was read
	interrupted bool // don't read from the connection any more
}

// take records that the whole body was read. From then on other requests wait for the answer.
func (c *call) take() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.taken = true
}

// interrupt reports whether reading the body may be aborted for another request to the upload. tusd
// aborts it with a read deadline, after which the server ends every request of the connection.
func (c *call) interrupt() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.interrupted = c.interrupted || !c.taken
	return !c.taken
}

func (c *call) wasInterrupted() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.interrupted
}

type callKey struct{}

// refuse keeps the reason for the caller and returns an error for tusd.
func (c *call) refuse(err error) error {
	c.err = err
	return handler.NewError("", "the upload can't be taken", http.StatusServiceUnavailable)
}

func callOf(ctx context.Context) *call {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return c
	}
	return &call{}
}

// serve lets tusd answer. The owner is part of the key, so nobody can reach another's upload.
func (u *Uploads) serve(serve http.HandlerFunc, w http.ResponseWriter, r *http.Request, key string, call *call) Answer {
	// If the caller disconnects or the server stops, the body closes: what has arrived is kept.
	ctx, cancel := context.WithCancelCause(context.WithValue(context.WithoutCancel(r.Context()), callKey{}, call))
	defer cancel(nil)
	defer context.AfterFunc(r.Context(), func() { cancel(handler.ErrServerShutdown) })()
	asked := r.Clone(ctx)
	asked.URL = &url.URL{Path: "/" + key}
	asked.Header.Del("X-Http-Method-Override")
	recorder := &recorder{ResponseWriter: w, header: http.Header{}, status: http.StatusOK}
	u.tus.Middleware(serve).ServeHTTP(recorder, asked)
	if call.wasInterrupted() {
		w.Header().Set("Connection", "close")
	}
	answer := Answer{Status: recorder.status, Header: recorder.header, Done: call.done}
	for _, name := range []string{"Content-Type", "Content-Length", "Upload-Metadata"} {
		answer.Header.Del(name)
	}
	if answer.Status >= http.StatusBadRequest {
		_, answer.Reason, _ = strings.Cut(strings.TrimSpace(recorder.body.String()), ": ")
	}
	return answer
}

// recorder holds back tusd's answer, so that errors look like all of ours.
type recorder struct {
	http.ResponseWriter

	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header            { return r.header }
func (r *recorder) WriteHeader(status int)         { r.status = status }
func (r *recorder) Write(text []byte) (int, error) { return r.body.Write(text) }
func (r *recorder) Unwrap() http.ResponseWriter    { return r.ResponseWriter }
