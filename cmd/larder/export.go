package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"larder.dev/cmd/larder/internal/component"
	"larder.dev/cmd/larder/internal/stores"
	commandapi "larder.dev/command-api"
	"larder.dev/events"
	"larder.dev/exporter"
)

// exportCommand writes a user's recipes in Larder's format, which `larder import` reads, or in one
// of other programs.
type exportCommand struct {
	User   string          `placeholder:"NAME" help:"Whose recipes; may be left out where there is one user."`
	Format exporter.Format `enum:"larder,json-ld,cooklang,paprika,pdf" default:"larder" help:"larder, json-ld, cooklang, paprika or pdf."`
	To     string          `placeholder:"FILE" help:"The file to write, instead of standard output."`
}

func (c exportCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	return withUser(ctx, s, con, log, c.User, func(larder *connection, api *commandapi.API, user events.User) error {
		if err := c.export(ctx, con, log, larder, api, user); err != nil {
			return fmt.Errorf("export the recipes of %s: %w", user.Name, err)
		}
		return nil
	})
}

func (c exportCommand) export(ctx context.Context, con console, log *slog.Logger,
	larder *connection, api *commandapi.API, user events.User,
) error {
	pictures, err := c.pictures(ctx, con, log, larder, user)
	if err != nil {
		return err
	}
	write := func(to io.Writer) error { return c.write(ctx, con, api, user, to, pictures) }
	if c.To == "" {
		return write(con.out)
	}
	return replaceFile(c.To, write)
}

// pictures opens the object store if the format has pictures.
func (c exportCommand) pictures(ctx context.Context, con console, log *slog.Logger, larder *connection,
	user events.User,
) (exporter.Pictures, error) {
	if c.Format == exporter.Larder {
		return exporter.NoPictures{}, nil
	}
	if larder.Address(stores.Objects) == "" {
		fmt.Fprintln(con.err, "warning: without pictures (LARDER_S3_ENDPOINT isn't given)")
		return exporter.NoPictures{}, nil
	}
	objects, err := larder.Objects(ctx)
	if err != nil {
		return nil, err
	}
	opener, err := component.OpenerOf(objects, 0, log)
	if err != nil {
		return nil, err
	}
	return component.Pictures{Opener: opener, User: user.ID, Log: log}, nil
}

func (c exportCommand) write(ctx context.Context, con console, api *commandapi.API, user events.User,
	to io.Writer, pictures exporter.Pictures,
) error {
	total, err := api.CountRecipes(ctx, user.ID)
	if err != nil {
		return err
	}
	bar := newProgress(con.err, "export "+user.Name, "recipes")
	buffered := bufio.NewWriter(to)
	out, err := exporter.New(c.Format, buffered, pictures)
	if err != nil {
		return err
	}
	done := 0
	err = api.Recipes(ctx, user.ID, func(page []events.Recipe) error {
		for _, r := range page {
			if err := out.Recipe(ctx, r); err != nil {
				return err
			}
			done++
			bar.set(int64(done), int64(total))
		}
		return nil
	})
	if err == nil {
		err = errors.Join(out.Close(), buffered.Flush())
	}
	if err != nil {
		bar.abandon()
		return err
	}
	bar.finish()
	return nil
}

// replaceFile writes a file that has all of its content, or the content it had before.
func replaceFile(name string, write func(io.Writer) error) error {
	file, err := os.CreateTemp(filepath.Dir(name), ".larder-export-*")
	if err != nil {
		return err // it names the file
	}
	defer func() { _ = os.Remove(file.Name()) }() // a no-op if it was renamed
	err = write(file)
	if err == nil {
		err = file.Sync()
	}
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), name)
}
