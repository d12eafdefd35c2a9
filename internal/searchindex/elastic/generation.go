package elastic

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"larder.dev/internal/searchindex"
)

// closePatience bounds the removal of an unfinished rebuild at Close. The next rebuild removes
// leftovers.
const closePatience = 5 * time.Second

// ensure finds the serving generation or creates the first one, once per process: an index lost
// later must not be recreated silently, since whoever fills it only checks at its start whether it
// is fresh. If several processes create it at once, one succeeds and the others then find it.
func (x *Index) ensure(ctx context.Context) error {
	x.making.Lock()
	defer x.making.Unlock()
	x.mu.RLock()
	made := x.made
	x.mu.RUnlock()
	if made {
		return nil
	}
	name, layout, err := x.serving(ctx)
	for isMissingIndex(err) {
		if err = x.first(ctx); err == nil || isTaken(err) {
			name, layout, err = x.serving(ctx)
		}
	}
	if err != nil {
		return fmt.Errorf("open search index %s: %w", x.alias, err)
	}
	if err := x.awaitShards(ctx, name); err != nil {
		return fmt.Errorf("open search index %s: %w", x.alias, err)
	}
	held, err := x.held(ctx, name)
	if err != nil {
		return fmt.Errorf("open search index %s: %w", x.alias, err)
	}
	if err := x.compare(name, layout); err != nil {
		x.log.WarnContext(ctx, "the search index can't be used", "error", err)
	}
	x.mu.Lock()
	x.made, x.fresh, x.fits = true, held == 0, layout == x.layout
	x.mu.Unlock()
	return nil
}

// awaitShards waits until a generation is searchable: one just created by another process has its
// alias before its shards.
func (x *Index) awaitShards(ctx context.Context, name string) error {
	return x.call(ctx, esapi.ClusterHealthRequest{
		Index: []string{name}, WaitForStatus: "yellow", Timeout: answerPatience,
	}, nil)
}

// held returns the number of documents and tombstones.
func (x *Index) held(ctx context.Context, name string) (int, error) {
	if err := x.refresh(ctx, name); err != nil {
		return 0, err
	}
	return x.count(ctx, name, object{"match_all": object{}})
}

// serving returns the name of the generation behind the alias, and its layout.
func (x *Index) serving(ctx context.Context) (name string, layout int, err error) {
	var behind map[string]struct{ Mappings mappings }
	if err := x.call(ctx, esapi.IndicesGetMappingRequest{Index: []string{x.alias}}, &behind); err != nil {
		return "", 0, err
	}
	if len(behind) != 1 {
		return "", 0, fmt.Errorf("%d indices behind the alias %s, want 1", len(behind), x.alias)
	}
	for name, index := range behind {
		if x.number(name) == 0 {
			return "", 0, fmt.Errorf("%s is another index: the alias must be for this one alone", name)
		}
		return name, index.Mappings.Meta.Layout, nil
	}
	return "", 0, nil // not reached
}

// errNotMade is for a reader that comes before the first writer.
var errNotMade = fmt.Errorf("%w: it is not made yet", searchindex.ErrUnavailable)

// fit returns searchindex.ErrOutdated while the serving generation has another layout. It checks
// again at each call, since another process may rebuild it.
func (x *Index) fit(ctx context.Context) error {
	x.mu.RLock()
	fits := x.fits
	x.mu.RUnlock()
	if fits {
		return nil
	}
	return x.look(ctx)
}

func (x *Index) look(ctx context.Context) error {
	name, layout, err := x.serving(ctx)
	if isMissingIndex(err) {
		return fmt.Errorf("search index %s: %w", x.alias, errNotMade)
	}
	if err != nil {
		return fmt.Errorf("look at search index %s: %w", x.alias, err)
	}
	if err := x.awaitShards(ctx, name); err != nil {
		return fmt.Errorf("look at search index %s: %w", x.alias, err)
	}
	x.mu.Lock()
	x.fits = layout == x.layout
	x.mu.Unlock()
	return x.compare(name, layout)
}

func (x *Index) compare(name string, layout int) error {
	switch {
	case layout < x.layout:
		return fmt.Errorf("%w: %s has layout %d, this program has %d; rebuild it", searchindex.ErrOutdated, name, layout, x.layout)
	case layout > x.layout:
		return fmt.Errorf("%w: %s has layout %d, which is newer than this program (%d)", searchindex.ErrOutdated, name, layout, x.layout)
	}
	return nil
}

// generations returns the names of all generations, serving or not, oldest first.
func (x *Index) generations(ctx context.Context) ([]string, error) {
	var found map[string]any
	if err := x.call(ctx, esapi.IndicesGetAliasRequest{Index: []string{x.alias + "-*"}}, &found); err != nil {
		return nil, err
	}
	var names []string
	for name := range found {
		if x.number(name) > 0 {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int { return x.number(a) - x.number(b) })
	return names, nil
}

// number returns a generation's number, 0 for another index's name.
func (x *Index) number(name string) int {
	digits, ok := strings.CutPrefix(name, x.alias+"-")
	n, err := strconv.Atoi(digits)
	if !ok || err != nil || n < 1 {
		return 0
	}
	return n
}

// next returns a generation name after all existing ones.
func (x *Index) next(ctx context.Context) (string, error) {
	names, err := x.generations(ctx)
	if err != nil {
		return "", err
	}
	last := 0
	if len(names) > 0 {
		last = x.number(names[len(names)-1])
	}
	return fmt.Sprintf("%s-%06d", x.alias, last+1), nil
}

// first creates the serving generation if there is none.
func (x *Index) first(ctx context.Context) error {
	name, err := x.next(ctx)
	if err != nil {
		return err
	}
	return x.create(ctx, name, x.alias, servingSettings())
}

func (x *Index) create(ctx context.Context, name, alias string, settings object) error {
	settings["number_of_shards"] = x.shards
	request, err := body(object{
		"settings": object{"index": settings},
		"mappings": mapping(x.layout),
		"aliases":  object{alias: object{}},
	})
	if err != nil {
		return err
	}
	if err := x.call(ctx, esapi.IndicesCreateRequest{Index: name, Body: request}, nil); err != nil {
		return fmt.Errorf("create index %s: %w", name, err)
	}
	return nil
}

// Drop removes all generations, whoever uses them, even after Close: tests leave nothing on a
// shared server.
func (x *Index) Drop(ctx context.Context) error {
	names, err := x.generations(ctx)
	if err != nil {
		return fmt.Errorf("drop search index %s: %w", x.alias, err)
	}
	for _, name := range names {
		if err := x.drop(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// drop removes a generation; a missing one is no error.
func (x *Index) drop(ctx context.Context, name string) error {
	err := x.call(ctx, esapi.IndicesDeleteRequest{Index: []string{name}}, nil)
	if err != nil && !isMissingIndex(err) {
		return fmt.Errorf("delete index %s: %w", name, err)
	}
	return nil
}

func (x *Index) count(ctx context.Context, name string, query object) (int, error) {
	request, err := body(object{"query": query})
	if err != nil {
		return 0, err
	}
	var counted struct{ Count int }
	if err := x.call(ctx, esapi.CountRequest{Index: []string{name}, Body: request}, &counted); err != nil {
		return 0, fmt.Errorf("count documents of %s: %w", name, err)
	}
	return counted.Count, nil
}

func isMissingIndex(err error) bool {
	var answered *statusError
	if !errors.As(err, &answered) || answered.status != 404 {
		return false
	}
	// A missing alias is reported as a sentence instead of a type.
	return answered.kind == "index_not_found_exception" || answered.kind == kindSentence
}

func isTaken(err error) bool {
	var answered *statusError
	return errors.As(err, &answered) && answered.kind == "resource_already_exists_exception"
}
