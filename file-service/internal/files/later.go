package files

import (
	"context"
	"errors"
	"sync"

	"larder.dev/internal/cdn"
	"larder.dev/internal/objectstore"
)

// mostLater bounds the pictures that are remembered for drawing; the sizes of others are drawn when
// they are first asked for.
const mostLater = 20_000

// content is what a person keeps under a hash.
type content struct{ user, hash string }

// later remembers pictures whose sizes are to be drawn, in order, each once. If the process ends,
// they are drawn when they are first asked for.
type later struct {
	mu      sync.Mutex
	waiting map[content]bool
	order   []content
	more    chan struct{}
}

func newLater() *later { return &later{waiting: map[content]bool{}, more: make(chan struct{}, 1)} }

func (l *later) add(c content) {
	l.mu.Lock()
	if !l.waiting[c] && len(l.order) < mostLater {
		l.waiting[c] = true
		l.order = append(l.order, c)
	}
	l.mu.Unlock()
	select {
	case l.more <- struct{}{}:
	default:
	}
}

func (l *later) next() (content, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.order) == 0 {
		l.order = nil // give the memory back
		return content{}, false
	}
	first := l.order[0]
	l.order = l.order[1:]
	delete(l.waiting, first)
	return first, true
}

// DrawLater draws the sizes of pictures that were attached without, and the WebP of those that were
// asked for, one at a time, until ctx is done.
func (f *Files) DrawLater(ctx context.Context) {
	for ctx.Err() == nil {
		next, is := f.later.next()
		if !is {
			select {
			case <-ctx.Done():
			case <-f.later.more:
			}
			continue
		}
		err := f.drawMissing(ctx, next.user, next.hash, cdn.Variants())
		if err != nil && ctx.Err() == nil && !errors.Is(err, objectstore.ErrNotFound) { // removed meanwhile
			f.log.InfoContext(ctx, "the sizes of a picture are left until they are asked for",
				"user", next.user, "sha256", next.hash, "error", err)
		}
	}
}
