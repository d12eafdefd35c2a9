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

// Answer is that of a request at an upload.
type Answer struct {
	Upload string // the id of one that was created
	Status int
	Header http.Header // of the protocol
	Reason string      // of a status from 400 on
	Done   *Done       // where the upload is finished
}

// Create begins an upload. The errors are ErrTooMany, those of Admit, and those of Finish where the request has
// all bytes with it.
func (u *Uploads) Create(w http.ResponseWriter, r *http.Request, user string) (Answer, error) {
	call := &call{user: user}
	answer := u.serve(u.tus.PostFile, w, r, "", call)
	answer.Upload = call.upload
	answer.Header.Del("Location") // by tusd's own key
	answer.Header.Set("Upload-Expires", time.Now().Add(Expiry).UTC().Format(http.TimeFormat))
	return answer, call.err
}

// Ask tells how much of an upload is here. The error is ErrNoUpload, or that of Finish.
func (u *Uploads) Ask(w http.ResponseWriter, r *http.Request, user, id string) (Answer, error) {
	return u.atSettled(u.tus.HeadFile, w, r, user, id)
}

// Continue takes the next bytes of an upload. The error is ErrNoUpload, or that of Finish.
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

// Drop gives an upload up. A file that it has become stays. The error is ErrNoUpload.
func (u *Uploads) Drop(w http.ResponseWriter, r *http.Request, user, id string) (Answer, error) {
	call := &call{user: user}
	answer := u.serve(u.tus.DelFile, w, r, user+"/"+id, call)
	if answer.Status == http.StatusNotFound {
		return Answer{}, ErrNoUpload
	}
	return answer, call.err
}

// call is what a request and the callbacks of tusd have to tell each other.
type call struct {
	user   string
	upload string
	done   *Done
	err    error

	mu          sync.Mutex
	taken       bool // all of the body was read
	interrupted bool // nothing more may be read of the connection
}

// take tells that all of the body was read. Whoever waits for the upload waits for the answer from then on.
func (c *call) take() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.taken = true
}

// interrupt tells whether the body may be broken off for another request at the same upload. tusd does it by a deadline
// for reading, after which the server ends every request of the connection.
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

// refuse keeps the reason for who called, and gives tusd an error to end with.
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

// serve has tusd answer. The owner is part of the key by which it finds an upload, so nobody finds another's.
func (u *Uploads) serve(serve http.HandlerFunc, w http.ResponseWriter, r *http.Request, key string, call *call) Answer {
	// A caller who has gone away, and a server that stops, close the body: what has come of it is kept then.
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

// recorder holds tusd's answer back: errors are to look as all of ours do.
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
