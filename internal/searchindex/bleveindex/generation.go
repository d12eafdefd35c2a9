package bleveindex

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	index "github.com/blevesearch/bleve_index_api"

	"larder.dev/internal/searchindex"
)

// eraseBatch bounds the memory for erasing an owner with many documents.
const eraseBatch = 5000

// sequenceKey stores the last batch's number, written by the engine within the batch: a generation
// that opens with another number than its newest snapshot has lost something.
const sequenceKey = "sequence"

// generation is one index on disk.
type generation struct {
	name   string
	dir    string
	layout int
	engine index.Index
	users  sync.WaitGroup // operations in progress; see Index.use
	lost   atomic.Bool    // its files were deleted

	writing  sync.Mutex
	sequence uint64
	// unsure is set when a batch failed: the engine may show what it didn't make durable. Until a
	// batch succeeds, which makes all before it durable, rewrite existing versions rather than skip
	// them.
	unsure bool
}

// apply writes the documents that are newer than what the generation has.
func (g *generation) apply(ctx context.Context, docs []searchindex.Document) error {
	newest, err := newestOf(docs)
	if err != nil {
		return err
	}
	g.writing.Lock()
	defer g.writing.Unlock()
	batch, err := g.newerBatch(ctx, newest)
	if err != nil {
		return err
	}
	if len(batch.IndexOps) == 0 {
		return nil
	}
	return g.write(batch)
}

// newestOf checks the documents and keeps the newest version of each.
func newestOf(docs []searchindex.Document) (map[string]searchindex.Document, error) {
	newest := make(map[string]searchindex.Document, len(docs))
	for _, doc := range docs {
		if err := doc.Validate(); err != nil {
			return nil, err
		}
		key := term(doc.Owner, doc.ID)
		if doc.Newer(newest[key].Version) {
			newest[key] = doc
		}
	}
	return newest, nil
}

func (g *generation) newerBatch(ctx context.Context, docs map[string]searchindex.Document) (*index.Batch, error) {
	view, err := g.view()
	if err != nil {
		return nil, err
	}
	defer view.close()
	batch := index.NewBatch()
	for key, doc := range docs {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("apply to search index: %w", err)
		}
		has, err := view.version(key)
		if err != nil {
			return nil, err
		}
		if has > doc.Version || !doc.Newer(has) && !g.unsure {
			continue
		}
		batch.Update(toEngine(doc))
	}
	return batch, nil
}

// write makes a batch durable and visible. The caller holds g.writing.
func (g *generation) write(batch *index.Batch) error {
	g.sequence++
	batch.SetInternal([]byte(sequenceKey), binary.BigEndian.AppendUint64(nil, g.sequence))
	batch.SetInternal([]byte(layoutKey), binary.AppendUvarint(nil, uint64(g.layout)))
	if err := g.engine.Batch(batch); err != nil {
		g.unsure = true
		return fmt.Errorf("write %d documents to search index %s: %w", len(batch.IndexOps), g.name, err)
	}
	g.unsure = false
	return nil
}

// erase deletes all documents of an owner and returns their number.
func (g *generation) erase(ctx context.Context, owner string) (int, error) {
	g.writing.Lock()
	defer g.writing.Unlock()
	erased := 0
	for {
		if err := ctx.Err(); err != nil {
			return erased, fmt.Errorf("erase owner %s from search index: %w", owner, err)
		}
		keys, err := g.keysOf(ctx, owner)
		if err != nil || len(keys) == 0 {
			return erased, err
		}
		batch := index.NewBatch()
		for _, key := range keys {
			batch.Delete(key)
		}
		if err := g.write(batch); err != nil {
			return erased, err
		}
		erased += len(keys)
	}
}

// keysOf returns up to eraseBatch keys of an owner's documents.
func (g *generation) keysOf(ctx context.Context, owner string) ([]string, error) {
	view, err := g.view()
	if err != nil {
		return nil, err
	}
	defer view.close()
	var keys []string
	err = view.eachWith(ctx, fieldOwner, owner, func(number index.IndexInternalID) error {
		key, err := view.reader.ExternalID(number)
		if err != nil {
			return fmt.Errorf("read key of a document of owner %s: %w", owner, err)
		}
		keys = append(keys, key)
		if len(keys) == eraseBatch {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return keys, err
}

// live returns the number of documents of all owners, excluding tombstones.
func (g *generation) live(ctx context.Context) (int, error) {
	view, err := g.view()
	if err != nil {
		return 0, err
	}
	defer view.close()
	owners, err := view.terms(ctx, fieldLive, "")
	if err != nil {
		return 0, err
	}
	live := 0
	for _, owner := range owners {
		n, err := view.count(ctx, fieldLive, owner)
		if err != nil {
			return 0, err
		}
		live += n
	}
	return live, nil
}

// empty reports whether the generation has neither documents nor tombstones.
func (g *generation) empty() (bool, error) {
	view, err := g.view()
	if err != nil {
		return false, err
	}
	defer view.close()
	n, err := view.reader.DocCount()
	if err != nil {
		return false, fmt.Errorf("count documents of search index %s: %w", g.name, err)
	}
	return n == 0, nil
}
