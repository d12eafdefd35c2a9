package elastic

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"sync"

	"github.com/elastic/elastic-transport-go/v8/elastictransport"

	"larder.dev/internal/fulldisk"
	"larder.dev/internal/searchindex"
)

// Options of an index.
type Options struct {
	URL    string         // Elasticsearch's address, with user and password if required
	Alias  string         // name for searches and writes; generations are called <Alias>-000001 and so on
	Shards int            // of a new generation; 1 if not positive
	Log    *slog.Logger   // nil: slog.Default
	Full   *fulldisk.Mark // records whether Elasticsearch is out of space; may be nil
}

// Index is a searchindex.Index behind an alias. Several processes may have the same one open; only
// one of them can rebuild at a time.
type Index struct {
	client *elastictransport.Client
	alias  string
	shards int
	layout int // the layout that this process reads and writes
	log    *slog.Logger
	full   *fulldisk.Mark

	// lifecycle is held while a rebuild begins or ends, which takes requests; making while the
	// index is created.
	lifecycle, making sync.Mutex

	mu       sync.RWMutex
	closed   bool
	made     bool           // the index exists, as far as this process knows
	fresh    bool           // it was empty when this process first saw it
	fits     bool           // it has our layout
	building *rebuild       // nil unless a rebuild is in progress
	uses     sync.WaitGroup // calls that Close waits for
}

var _ searchindex.Index = (*Index)(nil)

// aliasShape ensures that names of generations, and lists of them, can't name anything else.
var aliasShape = regexp.MustCompile(`^[a-z0-9][a-z0-9_.-]{0,100}$`)

// Open returns an index behind an alias. It doesn't contact Elasticsearch, so a program starts
// while that is down: the first call that writes, or that asks whether the index is fresh, creates
// an empty index if there is none.
//
// An index laid out by another version of this program can be rebuilt, and erased from. Until it is
// rebuilt, calls that read or write words return searchindex.ErrOutdated.
func Open(options Options) (*Index, error) {
	return openAs(options, layoutVersion)
}

func openAs(options Options, layout int) (*Index, error) {
	if !aliasShape.MatchString(options.Alias) {
		return nil, fmt.Errorf("open search index: bad alias %q", options.Alias)
	}
	client, err := newClient(options.URL)
	if err != nil {
		return nil, fmt.Errorf("open search index: %w", err)
	}
	log := options.Log
	if log == nil {
		log = slog.Default()
	}
	return &Index{
		client: client, alias: options.Alias, shards: max(options.Shards, 1), layout: layout, log: log, full: options.Full,
	}, nil
}

// Ready implements searchindex.Index. A server without the index is ready: the first write creates
// it.
func (x *Index) Ready(ctx context.Context) error {
	done, err := x.use()
	if err != nil {
		return err
	}
	defer done()
	ctx, cancel := context.WithTimeout(ctx, answerPatience)
	defer cancel()
	if _, _, err := x.serving(ctx); err != nil && !isMissingIndex(err) {
		return err
	}
	return nil
}

// use keeps the index open until done is called.
func (x *Index) use() (done func(), err error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.closed {
		return nil, searchindex.ErrClosed
	}
	x.uses.Add(1)
	return x.uses.Done, nil
}

// Apply implements searchindex.Index.
func (x *Index) Apply(ctx context.Context, docs []searchindex.Document) error {
	done, err := x.use()
	if err != nil {
		return err
	}
	defer done()
	if err := x.ensure(ctx); err != nil {
		return err
	}
	if err := x.fit(ctx); err != nil {
		return x.lost(err)
	}
	return x.lost(x.apply(ctx, target{alias: x.alias, visible: true}, docs))
}

// Lost implements searchindex.Index.
func (x *Index) Lost(ctx context.Context) (bool, error) {
	done, err := x.use()
	if err != nil {
		return false, err
	}
	defer done()
	ctx, cancel := context.WithTimeout(ctx, answerPatience)
	defer cancel()
	_, _, err = x.serving(ctx)
	if isMissingIndex(err) {
		return true, nil
	}
	return false, err
}

// lost maps an error about a missing index to searchindex.ErrLost, and makes the next call check
// what exists.
func (x *Index) lost(err error) error {
	if !isMissingIndex(err) && !errors.Is(err, errNotMade) {
		return err
	}
	x.mu.Lock()
	x.fits = false
	x.mu.Unlock()
	return fmt.Errorf("%w: %w", searchindex.ErrLost, err)
}

// Version implements searchindex.Index. It reads what searches see, not what has been written
// since.
func (x *Index) Version(ctx context.Context, owner, id string) (int64, error) {
	done, err := x.use()
	if err != nil {
		return 0, err
	}
	defer done()
	if !searchindex.IsName(owner) || !searchindex.IsName(id) {
		return 0, nil
	}
	ctx, cancel := context.WithTimeout(ctx, answerPatience)
	defer cancel()
	if err := x.fit(ctx); err != nil {
		return 0, err
	}
	found, err := x.lookUpSoon(ctx, x.alias, []docKey{{owner, id}}, asSearched)
	if err != nil {
		return 0, err
	}
	return found[0], nil
}

// Fresh implements searchindex.Index.
func (x *Index) Fresh(ctx context.Context) (bool, error) {
	done, err := x.use()
	if err != nil {
		return false, err
	}
	defer done()
	if err := x.ensure(ctx); err != nil {
		return false, err
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.fresh, nil
}

// Close implements searchindex.Index.
func (x *Index) Close() error {
	x.lifecycle.Lock()
	defer x.lifecycle.Unlock()
	x.mu.Lock()
	building := x.building
	x.closed, x.building = true, nil
	x.mu.Unlock()
	x.uses.Wait()
	if building == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), closePatience)
	defer cancel()
	return building.leave(ctx)
}
