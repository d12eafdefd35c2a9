package bleveindex

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"larder.dev/internal/searchindex"
)

// Old implements searchindex.Index.
func (x *Index) Old(context.Context) (searchindex.Rebuild, time.Time, error) {
	x.keeping.Lock()
	defer x.keeping.Unlock()
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.serving == nil {
		return nil, time.Time{}, searchindex.ErrClosed
	}
	if x.building != nil {
		return nil, time.Time{}, searchindex.ErrRebuilding
	}
	old := x.folder.old()
	if old.name == "" {
		return nil, time.Time{}, searchindex.ErrNoOld
	}
	opened, err := x.openGeneration(old.name)
	if err != nil {
		return nil, time.Time{}, err
	}
	if err := x.fit(opened); err != nil {
		return nil, time.Time{}, errors.Join(err, x.shut(opened))
	}
	x.building = opened
	return &rebuild{index: x, next: opened}, old.since, nil
}

// DropOld implements searchindex.Index.
func (x *Index) DropOld(context.Context) (bool, error) {
	x.keeping.Lock()
	defer x.keeping.Unlock()
	old := x.folder.old()
	x.mu.RLock()
	closed, back := x.serving == nil, x.building != nil && x.building.name == old.name
	x.mu.RUnlock()
	switch {
	case closed:
		return false, searchindex.ErrClosed
	case back:
		return false, searchindex.ErrRebuilding
	case old.name == "":
		return false, nil
	}
	if err := os.Remove(x.folder.path(oldFile)); err != nil {
		return false, fmt.Errorf("forget the old generation: %w", err)
	}
	return true, x.folder.remove(old.name)
}

// eraseOld erases an owner from the generation that is kept, unless that is
// being brought back: then it was erased from there. What can't be opened can't
// be erased from, so it goes.
func (x *Index) eraseOld(ctx context.Context, owner string) error {
	x.keeping.Lock()
	defer x.keeping.Unlock()
	old := x.folder.old()
	x.mu.RLock()
	none := x.serving == nil || old.name == "" || x.building != nil && x.building.name == old.name
	x.mu.RUnlock()
	if none {
		return nil
	}
	opened, err := x.openGeneration(old.name)
	if err != nil {
		x.log.Warn("the old search index can't be opened, and is removed", "error", err)
		return x.folder.remove(old.name)
	}
	_, err = opened.erase(ctx, owner)
	if closed := opened.engine.Close(); closed != nil {
		err = errors.Join(err, fmt.Errorf("close generation %s of search index: %w", old.name, closed))
	}
	return err
}
