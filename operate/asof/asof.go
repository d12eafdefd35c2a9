// Package asof creates point-in-time search indices for inspection. They are beside the serving
// one, and no projection writes to them.
package asof

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"

	"larder.dev/internal/searchindex"
	"larder.dev/internal/searchindex/bleveindex"
	"larder.dev/internal/searchindex/elastic"
)

// Errors about a name.
var (
	ErrBadName = errors.New("the name of an index has small letters, digits and hyphens, 40 at most")
	ErrNone    = errors.New("there is no such index of the past")
)

var nameShape = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

// Indices are the point-in-time indices: in an Elasticsearch or, if its URL is "", in a folder.
type Indices struct {
	ElasticsearchURL   string
	ElasticsearchAlias string // of the serving index
	Dir                string
	Log                *slog.Logger
}

// Make opens the named index for filling, creating it if it is missing. The error is ErrBadName or
// the store's.
func (p Indices) Make(name string) (searchindex.Index, error) {
	if !nameShape.MatchString(name) {
		return nil, fmt.Errorf("%q: %w", name, ErrBadName)
	}
	if p.ElasticsearchURL == "" {
		return bleveindex.Open(filepath.Join(p.Dir, name), bleveindex.Options{Log: p.Log})
	}
	return p.elastic(name)
}

func (p Indices) elastic(name string) (*elastic.Index, error) {
	return elastic.Open(elastic.Options{
		URL: p.ElasticsearchURL, Alias: elastic.AsOfAlias(p.ElasticsearchAlias, name), Log: p.Log,
	})
}

// Open opens an existing index. The error is ErrNone, ErrBadName or the store's.
func (p Indices) Open(ctx context.Context, name string) (searchindex.Index, error) {
	if p.ElasticsearchURL == "" && nameShape.MatchString(name) {
		if _, err := os.Stat(filepath.Join(p.Dir, name)); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%q: %w", name, ErrNone)
		}
	}
	index, err := p.Make(name)
	if err != nil {
		return nil, err
	}
	keys, err := index.Keys(ctx, "", searchindex.Key{}, 1)
	if err == nil && len(keys) == 0 {
		err = fmt.Errorf("%q: %w, or nothing is in it", name, ErrNone)
	}
	if err != nil {
		return nil, errors.Join(err, index.Close())
	}
	return index, nil
}

// Drop removes an index. The error is ErrNone, ErrBadName or the store's.
func (p Indices) Drop(ctx context.Context, name string) error {
	index, err := p.Open(ctx, name)
	if err != nil {
		return err
	}
	if err := index.Close(); err != nil {
		return err
	}
	if p.ElasticsearchURL == "" {
		return os.RemoveAll(filepath.Join(p.Dir, name))
	}
	made, err := p.elastic(name)
	if err != nil {
		return err
	}
	//nolint:contextcheck,nolintlint // Close has nothing to end; the linter reports this depending on its cache
	return errors.Join(made.Drop(ctx), made.Close())
}

// Erase removes a user from every index in the folder, and returns how many documents there were.
// In Elasticsearch the serving index does that for those beside it.
func (p Indices) Erase(ctx context.Context, user string) (int, error) {
	if p.ElasticsearchURL != "" {
		return 0, nil
	}
	entries, err := os.ReadDir(p.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("list the indices of the past: %w", err)
	}
	erased := 0
	for _, entry := range entries {
		index, err := p.Make(entry.Name())
		if err != nil {
			return erased, err
		}
		n, err := index.Erase(ctx, user)
		if err = errors.Join(err, index.Close()); err != nil {
			return erased, fmt.Errorf("erase user %s from %s: %w", user, entry.Name(), err)
		}
		erased += n
	}
	return erased, nil
}
