package jetstream

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/nats-io/nats.go"
)

// deniedPattern matches the subject in the server's message: Permissions Violation for Publish to
// "a.b".
var deniedPattern = regexp.MustCompile(`to "(\S+)"`)

func deniedSubject(err error) (string, bool) {
	if !errors.Is(err, nats.ErrPermissionViolation) {
		return "", false
	}
	found := deniedPattern.FindStringSubmatch(err.Error())
	if found == nil {
		return "", false
	}
	return found[1], true
}

// denials routes a denied subject to whoever waits for an answer on it. The server reports a denial
// on the connection, not as an answer, so otherwise the caller would only see a timeout.
type denials struct {
	mu      sync.Mutex
	waiting map[*denialWait]struct{}
}

type denialWait struct {
	concerns func(subject string) bool
	cancel   context.CancelCauseFunc
}

// report reports whether anybody was waiting.
func (d *denials) report(subject string) (waited bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for w := range d.waiting {
		if w.concerns(subject) {
			w.cancel(fmt.Errorf("%w: %s", ErrPermission, subject))
			waited = true
		}
	}
	return waited
}

// watch returns a context that is cancelled with cause ErrPermission once such a subject is denied.
func (d *denials) watch(ctx context.Context, concerns func(subject string) bool) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	w := &denialWait{concerns: concerns, cancel: cancel}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.waiting == nil {
		d.waiting = make(map[*denialWait]struct{})
	}
	d.waiting[w] = struct{}{}
	return ctx, func() { d.forget(w) }
}

func (d *denials) forget(w *denialWait) {
	w.cancel(nil)
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.waiting, w)
}

// request prepares a request: a deadline, and cancellation if its subject is denied.
func (c *Conn) request(ctx context.Context, subject string) (context.Context, func()) {
	return c.watchRequest(ctx, func(denied string) bool { return denied == subject })
}

// apiRequest prepares a JetStream API call for a stream. The client may query the account on the
// way, as before it creates a bucket.
func (c *Conn) apiRequest(ctx context.Context, stream string) (context.Context, func()) {
	return c.watchRequest(ctx, func(denied string) bool {
		return denied == "$JS.API.INFO" || strings.HasPrefix(denied, "$JS.API.") && strings.Contains(denied+".", "."+stream+".")
	})
}

func (c *Conn) watchRequest(ctx context.Context, concerns func(string) bool) (context.Context, func()) {
	ctx, cancel := withDeadline(ctx)
	ctx, forget := c.denials.watch(ctx, concerns)
	return ctx, func() {
		forget()
		cancel()
	}
}

// explain replaces an error caused by a denial with the denial.
func explain(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); errors.Is(cause, ErrPermission) {
		return cause
	}
	return err
}
