package bleveindex

import (
	"context"
	"encoding/binary"
	"fmt"

	"larder.dev/internal/searchindex"
)

// layoutVersion is stored with each generation. Increment it with every change of its fields, and
// of how package searchindex processes names: queries in one layout don't find what another wrote.
const layoutVersion = 4

// firstLayout is that of a generation that records none.
const firstLayout = 1

// layoutKey stores the layout, written by the engine within each batch.
const layoutKey = "layout"

// readLayout reads a generation's recorded layout. An unwritten one gets its first writer's layout.
func (g *generation) readLayout(layout int) error {
	empty, err := g.empty()
	if err != nil {
		return err
	}
	view, err := g.view()
	if err != nil {
		return err
	}
	defer view.close()
	said, err := view.reader.GetInternal([]byte(layoutKey))
	if err != nil {
		return fmt.Errorf("read the layout of search index %s: %w", g.name, err)
	}
	version, n := binary.Uvarint(said)
	switch {
	case n > 0:
		g.layout = int(version)
	case empty:
		g.layout = layout
	default:
		g.layout = firstLayout
	}
	return nil
}

// fit returns searchindex.ErrOutdated for a generation of another layout.
func (x *Index) fit(g *generation) error {
	switch {
	case g.layout < x.layout:
		return fmt.Errorf("%w: %s has layout %d, this program has %d; rebuild it",
			searchindex.ErrOutdated, g.name, g.layout, x.layout)
	case g.layout > x.layout:
		return fmt.Errorf("%w: %s has layout %d, which is newer than this program (%d)",
			searchindex.ErrOutdated, g.name, g.layout, x.layout)
	}
	return nil
}

// useFitting is use for calls that read or write words.
func (x *Index) useFitting() (serving *generation, done func(), err error) {
	serving, done, err = x.use()
	if err != nil {
		return nil, nil, err
	}
	err = x.fit(serving)
	if serving.lost.Load() {
		err = searchindex.ErrLost
	}
	if err != nil {
		done()
		return nil, nil, err
	}
	return serving, done, nil
}

// Outdated implements searchindex.Index.
func (x *Index) Outdated(context.Context) (bool, error) {
	serving, done, err := x.use()
	if err != nil {
		return false, err
	}
	defer done()
	return serving.layout < x.layout, nil
}
