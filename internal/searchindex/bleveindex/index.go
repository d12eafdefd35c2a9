package bleveindex

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"

	index "github.com/blevesearch/bleve_index_api"

	"larder.dev/internal/searchindex"
)

// analysers is the number of goroutines that analyse documents; the words are already folded, so
// there is little to do.
const analysers = 2

// Options of an index. The zero value is usable.
type Options struct {
	Log *slog.Logger // nil: slog.Default
}

// Index is a searchindex.Index in a folder.
type Index struct {
	folder folder
	layout int // the layout that this process reads and writes
	log    *slog.Logger
	queue  *index.AnalysisQueue

	mu       sync.RWMutex
	serving  *generation // nil after Close
	building *generation // nil unless a rebuild is in progress
	fresh    bool

	oldMu sync.Mutex // held while the old generation is added, removed or written to
}

var _ searchindex.Index = (*Index)(nil)

// Open opens the index in a folder, creating what is missing. An unreadable index is replaced by an
// empty one, which Fresh reports. Open returns ErrLocked while another process has the index open.
//
// An index laid out by another version of this program can be rebuilt, and erased from. Until it is
// rebuilt, calls that read or write words return searchindex.ErrOutdated.
func Open(dir string, options Options) (*Index, error) {
	return openAs(dir, options, layoutVersion)
}

func openAs(dir string, options Options, layout int) (*Index, error) {
	log := options.Log
	if log == nil {
		log = slog.Default()
	}
	f, err := openFolder(dir)
	if err != nil {
		return nil, err
	}
	x := &Index{folder: f, layout: layout, log: log, queue: index.NewAnalysisQueue(analysers)}
	if err := x.open(); err != nil {
		x.queue.Close()
		return nil, errors.Join(err, f.unlock())
	}
	return x, nil
}

func (x *Index) open() error {
	serving, err := x.openServing()
	if err != nil {
		return err
	}
	if err := x.folder.removeOthers(serving.name, x.folder.old().name); err != nil {
		return errors.Join(err, serving.engine.Close())
	}
	if err := x.fit(serving); err != nil {
		x.log.Warn("the search index can't be used", "error", err)
	}
	fresh, err := serving.empty()
	if err != nil {
		return errors.Join(err, serving.engine.Close())
	}
	x.serving, x.fresh = serving, fresh
	return nil
}

// openServing opens the serving generation, or creates an empty one instead.
func (x *Index) openServing() (*generation, error) {
	name, err := x.folder.current()
	if err == nil {
		serving, openErr := x.openGeneration(name)
		if openErr == nil {
			return serving, nil
		}
		err = openErr
	}
	empty, nameErr := x.folder.next("")
	if nameErr != nil {
		return nil, nameErr
	}
	if isNew := name == "" && empty == firstGeneration; !isNew || !errors.Is(err, fs.ErrNotExist) {
		x.log.Warn("search index can't be read; starting an empty one", "dir", x.folder.dir, "error", err)
	}
	created, err := x.createGeneration(empty)
	if err != nil {
		return nil, err
	}
	if err := x.folder.serve(created.name); err != nil {
		return nil, errors.Join(err, created.engine.Close())
	}
	return created, nil
}

// use returns the serving generation and keeps it open until done is called.
func (x *Index) use() (serving *generation, done func(), err error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.serving == nil {
		return nil, nil, searchindex.ErrClosed
	}
	x.serving.users.Add(1)
	return x.serving, x.serving.users.Done, nil
}

// useBuilding is use for a generation that has to be the one being built.
func (x *Index) useBuilding(g *generation) (done func(), err error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if g == nil || x.building != g {
		return nil, searchindex.ErrClosed
	}
	g.users.Add(1)
	return g.users.Done, nil
}

// Apply implements searchindex.Index.
func (x *Index) Apply(ctx context.Context, docs []searchindex.Document) error {
	serving, done, err := x.useFitting()
	if err != nil {
		return err
	}
	defer done()
	return x.write(serving, func() error { return serving.apply(ctx, docs) })
}

// Search implements searchindex.Index.
func (x *Index) Search(ctx context.Context, query searchindex.Query) (searchindex.Page, error) {
	plan, err := query.Plan()
	if err != nil {
		return searchindex.Page{}, err
	}
	serving, done, err := x.useFitting()
	if err != nil {
		return searchindex.Page{}, err
	}
	defer done()
	view, err := serving.view()
	if err != nil {
		return searchindex.Page{}, err
	}
	defer view.close()
	if !searchindex.IsName(plan.Owner) {
		return searchindex.Page{Hits: []searchindex.Hit{}}, nil
	}
	ctx, cancel := plan.Cost.Bounded(ctx)
	defer cancel()
	answer := view.rank
	if len(plan.Terms) == 0 && len(plan.Tags) <= 1 && plan.OnlyTags() && plan.Order.Named() {
		answer = view.list
	}
	page, err := answer(ctx, plan)
	return page, searchindex.Explain(ctx, err)
}

// Version implements searchindex.Index.
func (x *Index) Version(_ context.Context, owner, id string) (int64, error) {
	serving, done, err := x.useFitting()
	if err != nil {
		return 0, err
	}
	defer done()
	view, err := serving.view()
	if err != nil {
		return 0, err
	}
	defer view.close()
	return view.version(term(owner, id))
}

// Erase implements searchindex.Index. It erases from the rebuild first, so that no commit can bring
// back what was erased.
func (x *Index) Erase(ctx context.Context, owner string) (erased int, err error) {
	if err := x.eraseBuilding(ctx, owner); err != nil {
		return 0, err
	}
	if err := x.eraseOld(ctx, owner); err != nil {
		return 0, err
	}
	serving, done, err := x.use()
	if err != nil {
		return 0, err
	}
	defer done()
	err = x.write(serving, func() (err error) { erased, err = serving.erase(ctx, owner); return err })
	if errors.Is(err, searchindex.ErrLost) {
		return 0, nil // nothing of the owner's is left
	}
	return erased, err
}

func (x *Index) eraseBuilding(ctx context.Context, owner string) error {
	x.mu.RLock()
	building := x.building
	x.mu.RUnlock()
	done, err := x.useBuilding(building)
	if err != nil {
		return nil // no longer being built: it serves or is gone
	}
	defer done()
	_, err = building.erase(ctx, owner)
	return err
}

// Fresh implements searchindex.Index. It stays true across restarts until the first document is
// applied: after a crash between opening and filling, an empty index must not look complete.
func (x *Index) Fresh(context.Context) (bool, error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.serving == nil {
		return false, searchindex.ErrClosed
	}
	return x.fresh, nil
}

// Ready implements searchindex.Index. An index in this process is always reachable.
func (x *Index) Ready(context.Context) error {
	_, done, err := x.use()
	if err != nil {
		return err
	}
	done()
	return nil
}

// Lost implements searchindex.Index.
func (x *Index) Lost(context.Context) (bool, error) {
	serving, done, err := x.use()
	if err != nil {
		return false, err
	}
	defer done()
	return x.isLost(serving)
}

// isLost reports whether a generation's files are gone. The engine has them open: it answers from
// deleted files until it is written to, and then panics, so such a generation must neither be read
// nor written.
func (x *Index) isLost(g *generation) (bool, error) {
	if g.lost.Load() {
		return true, nil
	}
	lost, err := x.folder.lacks(g.name)
	if lost {
		g.lost.Store(true)
	}
	return lost, err
}

// write calls fn to write to the serving generation.
func (x *Index) write(serving *generation, fn func() error) error {
	lost, err := x.isLost(serving)
	if err != nil {
		return err
	}
	if lost {
		return searchindex.ErrLost
	}
	if err = fn(); err == nil {
		return nil
	}
	if lost, _ = x.isLost(serving); lost {
		return fmt.Errorf("%w: %w", searchindex.ErrLost, err)
	}
	return err
}

// Close implements searchindex.Index.
func (x *Index) Close() error {
	x.mu.Lock()
	serving, building := x.serving, x.building
	x.serving, x.building = nil, nil
	x.mu.Unlock()
	if serving == nil {
		return nil
	}
	var errs []error
	if building != nil {
		errs = append(errs, x.leave(building))
	}
	serving.users.Wait()
	if err := serving.engine.Close(); err != nil {
		errs = append(errs, fmt.Errorf("close search index %s: %w", serving.name, err))
	}
	x.queue.Close()
	return errors.Join(append(errs, x.folder.unlock())...)
}

// leave ends the building of a generation: it is removed, or becomes the old one again.
func (x *Index) leave(g *generation) error {
	if g.name == x.folder.old().name {
		return x.shut(g)
	}
	return x.drop(g)
}

// shut closes a generation and leaves it on disk.
func (x *Index) shut(g *generation) error {
	g.users.Wait()
	if err := g.engine.Close(); err != nil {
		return fmt.Errorf("close generation %s of search index: %w", g.name, err)
	}
	return nil
}

// drop removes an unreachable generation once its last user is done.
func (x *Index) drop(g *generation) error {
	g.users.Wait()
	if err := errors.Join(g.engine.Close(), os.RemoveAll(g.dir)); err != nil {
		return fmt.Errorf("remove generation %s of search index: %w", g.name, err)
	}
	return nil
}
