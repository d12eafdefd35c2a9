package exporter

import (
	"bufio"
	"context"
	"fmt"
	"io"

	"larder.dev/events"
	"larder.dev/recipe"
)

// lines writes Larder's own format.
type lines struct{ out *bufio.Writer }

func newLines(to io.Writer) *lines { return &lines{bufio.NewWriter(to)} }

func (l *lines) Recipe(_ context.Context, r events.Recipe) error {
	line, err := recipe.Encode(r)
	if err != nil {
		return err
	}
	if _, err := l.out.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("write recipe %s: %w", r.ID, err)
	}
	return nil
}

func (l *lines) Close() error {
	if err := l.out.Flush(); err != nil {
		return fmt.Errorf("write the recipes: %w", err)
	}
	return nil
}
