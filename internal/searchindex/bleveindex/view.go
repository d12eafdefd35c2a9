package bleveindex

import (
	"context"
	"errors"
	"fmt"

	index "github.com/blevesearch/bleve_index_api"

	"larder.dev/internal/searchindex"
)

// errEnough ends a walk over postings early.
var errEnough = errors.New("enough")

// checkEvery is how many steps of a long walk pass between checks of the context.
const checkEvery = 4096

// view is a snapshot of a generation; later writes don't change it. It has to be closed.
type view struct {
	reader index.IndexReader
}

func (g *generation) view() (view, error) {
	reader, err := g.engine.Reader()
	if err != nil {
		return view{}, fmt.Errorf("read search index %s: %w", g.name, err)
	}
	return view{reader: reader}, nil
}

// close has no error worth returning: nothing was written.
func (v view) close() { _ = v.reader.Close() }

// version returns the version of the document with the key, 0 if there is none.
func (v view) version(key string) (int64, error) {
	version, _, err := v.body(key)
	return version, err
}

// body returns version and name of the document with the key, zero values if there is none.
func (v view) body(key string) (version int64, name string, err error) {
	doc, err := v.reader.Document(key)
	if err != nil {
		return 0, "", fmt.Errorf("read document %q: %w", key, err)
	}
	if doc == nil {
		return 0, "", nil
	}
	err = errBody
	doc.VisitFields(func(field index.Field) {
		if field.Name() == fieldBody {
			version, name, err = decodeBody(field.Value())
		}
	})
	if err != nil {
		return 0, "", fmt.Errorf("read document %q: %w", key, err)
	}
	return version, name, nil
}

// count returns the number of documents with the term.
func (v view) count(ctx context.Context, field, value string) (int, error) {
	postings, err := v.postings(ctx, field, value)
	if err != nil {
		return 0, err
	}
	defer postings.Close()
	return int(postings.Count()), nil
}

// eachWith calls fn with the number of each document with the term, until fn returns an error. The
// number is only valid until fn returns.
func (v view) eachWith(ctx context.Context, field, value string, fn func(index.IndexInternalID) error) error {
	postings, err := v.postings(ctx, field, value)
	if err != nil {
		return err
	}
	defer postings.Close()
	var posting index.TermFieldDoc
	for steps := 0; ; steps++ {
		if steps%checkEvery == 0 && ctx.Err() != nil {
			return fmt.Errorf("read documents by %s: %w", field, ctx.Err())
		}
		next, err := postings.Next(&posting)
		if err != nil {
			return fmt.Errorf("read documents by %s: %w", field, err)
		}
		if next == nil {
			return nil
		}
		if err := fn(next.ID); err != nil {
			return err
		}
	}
}

func (v view) postings(ctx context.Context, field, value string) (index.TermFieldReader, error) {
	postings, err := v.reader.TermFieldReader(ctx, []byte(value), field, false, false, false)
	if err != nil {
		return nil, fmt.Errorf("look up %s: %w", field, err)
	}
	return postings, nil
}

// terms returns a field's terms with the prefix, in order. They may include terms that only deleted
// documents had.
func (v view) terms(ctx context.Context, field, prefix string) ([]string, error) {
	var terms []string
	err := v.walk(ctx, field, prefix, func(term string) error {
		terms = append(terms, term)
		return nil
	})
	return terms, err
}

// eachTerm calls fn with each term that terms returns, within the budget.
func (v view) eachTerm(ctx context.Context, field, prefix string, budget *searchindex.Budget, fn func(term string)) error {
	return v.walk(ctx, field, prefix, func(term string) error {
		if err := budget.Word(); err != nil {
			return err
		}
		fn(term)
		return nil
	})
}

func (v view) walk(ctx context.Context, field, prefix string, fn func(term string) error) error {
	dict, err := v.reader.FieldDictPrefix(field, []byte(prefix))
	if err != nil {
		return fmt.Errorf("read terms of %s: %w", field, err)
	}
	defer dict.Close()
	for steps := 0; ; steps++ {
		if steps%checkEvery == 0 && ctx.Err() != nil {
			return fmt.Errorf("read terms of %s: %w", field, ctx.Err())
		}
		entry, err := dict.Next()
		if err != nil {
			return fmt.Errorf("read terms of %s: %w", field, err)
		}
		if entry == nil {
			return nil
		}
		if err := fn(entry.Term); err != nil {
			return err
		}
	}
}
