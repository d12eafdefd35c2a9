package transfer

import (
	"bufio"
	"context"
	"fmt"
	"io"

	commandapi "larder.dev/command-api"
	"larder.dev/events"
	"larder.dev/recipe"
)

// Export writes a snapshot of a user's recipes, one per line, and returns their number. Import
// reads its output.
func Export(ctx context.Context, recipes *commandapi.API, user string, to io.Writer, progress func(done int)) (int, error) {
	out := bufio.NewWriter(to)
	done := 0
	err := recipes.Recipes(ctx, user, func(page []events.Recipe) error {
		for _, r := range page {
			if err := writeLine(out, r); err != nil {
				return err
			}
		}
		done += len(page)
		if progress != nil {
			progress(done)
		}
		return nil
	})
	if err != nil {
		return done, err
	}
	if err := out.Flush(); err != nil {
		return done, fmt.Errorf("write the recipes: %w", err)
	}
	return done, nil
}

func writeLine(out *bufio.Writer, r events.Recipe) error {
	line, err := recipe.Encode(r)
	if err != nil {
		return err
	}
	if _, err := out.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("write recipe %s: %w", r.ID, err)
	}
	return nil
}
