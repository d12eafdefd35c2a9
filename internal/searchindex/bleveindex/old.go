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
	x.oldMu.Lock()
	defer x.oldMu.Unlock()
	if err := x.mayBuild(); err != nil {
		return nil, time.Time{}, err
	}
	old := x.folder.old()
	if old.name == "" {
		return nil, time.Time{}, searchindex.ErrNoOld
	}
	// Opening and checking a large one takes a while, and searches need mu.
	opened, err := x.openGeneration(old.name)
	if err != nil {
		return nil, time.Time{}, err
	}
	err = x.fit(opened)
	if err == nil {
		err = x.build(opened)
	}
	if err != nil {
		return nil, time.Time{}, errors.Join(err, x.shut(opened))
	}
	return &rebuild{index: x, next: opened}, old.since, nil
}

// mayBuild checks whether a rebuild may begin.
func (x *Index) mayBuild() error {
	x.mu.RLock()
	defer x.mu.RUnlock()
	switch {
	case x.serving == nil:
		return searchindex.ErrClosed
	case x.building != nil:
		return searchindex.ErrRebuilding
	}
	return nil
}

// build makes a generation the one being built, unless another was faster.
func (x *Index) build(g *generation) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	switch {
	case x.serving == nil:
		return searchindex.ErrClosed
	case x.building != nil:
		return searchindex.ErrRebuilding
	}
	x.building = g
	return nil
}

// DropOld implements searchindex.Index.
func (x *Index) DropOld(context.Context) (bool, error) {
	x.oldMu.Lock()
	defer x.oldMu.Unlock()
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

// eraseOld erases an owner from the kept generation, even while it is being restored. One that
// can't be opened can't be erased from, so it is removed.
func (x *Index) eraseOld(ctx context.Context, owner string) error {
	x.oldMu.Lock()
	defer x.oldMu.Unlock()
	old := x.folder.old()
	x.mu.RLock()
	closed, building := x.serving == nil, x.building
	x.mu.RUnlock()
	if closed || old.name == "" {
		return nil
	}
	if building != nil && building.name == old.name {
		return x.eraseBuilding(ctx, owner) // it may have been opened since the check
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
