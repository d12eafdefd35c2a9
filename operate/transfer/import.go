// Package transfer imports and exports many recipes, one per line as JSON.
package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"

	commandapi "larder.dev/command-api"
	"larder.dev/recipe"
)

// batch is how many recipes go into one transaction. Its rows are held in memory, and the user's
// lock is held while they are written.
const batch = 100

// grown is how many recipes make an import large enough to change the tables' statistics.
const grown = 1000

// Progress is an import's progress.
type Progress struct {
	Lines    int   // read so far
	Bytes    int64 // of the input read so far, as given, compressed or not
	Added    int   // recipes that are new
	Replaced int   // recipes that have a new version
	Skipped  int   // recipes that already existed, and stay as they are
	Bad      int   // lines that can't be imported

	// Unknown counts recipes with an ignored field, by its name; names beyond maxUnknown share one
	// count under "".
	Unknown map[string]int
}

// maxUnknown bounds the names that are remembered: a file may have a different field in each line.
const maxUnknown = 50

// Options of an import. Both functions may be nil.
type Options struct {
	OnDuplicate commandapi.OnDuplicate    // skips them if empty
	Progress    func(Progress)            // after each transaction
	BadLine     func(line int, err error) // for each line that can't be imported, numbered from 1
}

// Import imports recipes from lines, which may be gzipped. A recipe keeps its id; one without gets
// an id derived from its content, so the same line is the same recipe. Existing recipes are treated
// as options say, and an interrupted import can just be rerun. A bad line is reported, and the rest
// continues. The error is from reading, or from the database: what was imported until then stays.
func Import(ctx context.Context, recipes *commandapi.API, user string, from io.Reader, options Options) (Progress, error) {
	i := NewImporter(recipes, user, options)
	raw := &counter{from: from}
	plain, err := unpacked(raw)
	if err != nil {
		return i.progress, err
	}
	lines := newLineReader(plain)
	for ctx.Err() == nil {
		text, err := lines.next()
		if errors.Is(err, io.EOF) {
			break
		}
		i.progress.Lines, i.progress.Bytes = lines.number, raw.bytes
		if err := i.take(ctx, text, err); err != nil {
			return i.progress, err
		}
	}
	if err := context.Cause(ctx); err != nil {
		return i.progress, err
	}
	err = i.Flush(ctx)
	return i.progress, err
}

// Importer imports recipes one by one, as Import does those of a stream of lines. It is for one
// goroutine.
type Importer struct {
	recipes  *commandapi.API
	user     string
	options  Options
	progress Progress
	waiting  []line
	how      commandapi.Importing
}

// NewImporter begins an import for a user.
func NewImporter(recipes *commandapi.API, user string, options Options) *Importer {
	return &Importer{recipes: recipes, user: user, options: options, how: commandapi.Importing{OnDuplicate: options.OnDuplicate}}
}

// Progress returns the progress so far.
func (i *Importer) Progress() Progress { return i.progress }

// Add imports a recipe that has no id yet, counted as a line. It reports one that can't be
// imported; an error ends the import.
func (i *Importer) Add(ctx context.Context, draft recipe.Draft) error {
	i.progress.Lines++
	l, err := fromDraft(i.user, "", draft)
	return i.accept(ctx, l, err)
}

// take handles one line. Its error ends the import; a bad line's doesn't.
func (i *Importer) take(ctx context.Context, text []byte, err error) error {
	if err != nil && !errors.Is(err, errLongLine) {
		return err
	}
	if err == nil && len(text) == 0 {
		return nil
	}
	var l line
	if err == nil {
		l, err = parse(i.user, text)
	}
	return i.accept(ctx, l, err)
}

// accept queues a recipe until there are enough for a transaction.
func (i *Importer) accept(ctx context.Context, l line, err error) error {
	if err != nil {
		i.bad(i.progress.Lines, err)
		return nil
	}
	l.number = i.progress.Lines
	i.unknown(l.unknown)
	i.waiting = append(i.waiting, l)
	if len(i.waiting) < batch {
		return nil
	}
	return i.Flush(ctx)
}

func (i *Importer) unknown(names []string) {
	if len(names) > 0 && i.progress.Unknown == nil {
		i.progress.Unknown = map[string]int{}
	}
	for _, name := range names {
		if _, known := i.progress.Unknown[name]; !known && len(i.progress.Unknown) >= maxUnknown {
			name = ""
		}
		i.progress.Unknown[name]++
	}
}

func (i *Importer) bad(number int, err error) {
	i.progress.Bad++
	if i.options.BadLine != nil {
		i.options.BadLine(number, err)
	}
}

// Flush writes the queued recipes in one transaction.
func (i *Importer) Flush(ctx context.Context) error {
	if len(i.waiting) > 0 {
		if err := i.write(ctx); err != nil {
			return err
		}
	}
	if i.options.Progress != nil {
		i.options.Progress(i.progress)
	}
	return nil
}

func (i *Importer) write(ctx context.Context) error {
	all := make([]commandapi.Imported, len(i.waiting))
	for n, l := range i.waiting {
		all[n] = commandapi.Imported{ID: l.id, Draft: l.draft, Chosen: l.chosen, Mark: l.mark, CreatedAt: l.createdAt}
	}
	bad := 0
	i.how.Bad = func(n int, reason error) {
		bad++
		i.bad(i.waiting[n].number, reason)
	}
	result, err := i.recipes.Import(ctx, i.user, all, &i.how)
	if err != nil {
		return fmt.Errorf("import recipes: %w", err)
	}
	before := i.progress.Added
	i.progress.Added += result.Added
	i.progress.Replaced += result.Replaced
	i.progress.Skipped += len(all) - result.Added - result.Replaced - bad
	i.waiting = i.waiting[:0]
	if before < grown && i.progress.Added >= grown {
		return i.recipes.Analyze(ctx)
	}
	return nil
}
