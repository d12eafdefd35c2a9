package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	commandapi "larder.dev/command-api"
	"larder.dev/events"
)

// importCommand puts recipes in: the recipe shape, one JSON object a line. Run again, it adds nothing twice.
type importCommand struct {
	Files []string `type:"path" arg:"" name:"file" help:"Files of recipes; - is standard input."`
	User  string   `placeholder:"NAME" help:"Whose recipes they become; may be left out where there is one user."`
}

func (c importCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	return withUser(ctx, s, con, log, c.User, func(work *workplace, api *commandapi.API, user events.User) error {
		return c.importFor(ctx, con, work, api, user)
	})
}

func (c importCommand) importFor(ctx context.Context, con console, work *workplace, api *commandapi.API, user events.User) error {
	var sum importSum
	for _, file := range c.Files {
		if err := sum.add(ctx, api, user, file, con); err != nil {
			return err
		}
	}
	if !work.alone() && work.NATSURL != "" && sum.added > 0 {
		if err := awaitCaughtUp(ctx, work, api, user.ID, con); err != nil {
			return err
		}
	}
	fmt.Fprintf(con.out, "%d added, %d already there, %d refused\n", sum.added, sum.present, sum.refused)
	if sum.refused > 0 {
		return fmt.Errorf("%d of the lines were refused", sum.refused)
	}
	return nil
}

// importSum counts over all files.
type importSum struct{ added, present, refused int }

func (sum *importSum) add(ctx context.Context, api *commandapi.API, user events.User, file string, con console) (err error) {
	in, size, err := openInput(con, file)
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	bar := newProgress(con.err, "import "+file, "bytes")
	result, err := api.Import(ctx, user.ID, in, commandapi.ImportOptions{
		Progress: func(p commandapi.ImportProgress) { bar.set(p.Bytes, max(size, p.Bytes)) },
		BadLine: func(line int, reason error) {
			fmt.Fprintf(con.err, "%s line %d: %v\n", file, line, reason)
		},
	})
	sum.added += result.Added
	sum.present += result.Skipped
	sum.refused += result.Bad
	if err != nil {
		bar.abandon()
		return fmt.Errorf("import %s: %w", file, err)
	}
	bar.finish()
	return nil
}

func openInput(con console, file string) (in io.ReadCloser, size int64, err error) {
	if file == "-" {
		return io.NopCloser(con.in), 0, nil
	}
	opened, err := os.Open(file)
	if err != nil {
		return nil, 0, err // it names the file
	}
	info, err := opened.Stat()
	if err != nil {
		return nil, 0, errors.Join(err, opened.Close())
	}
	return opened, info.Size(), nil
}

// chosenUser is the user of that name, or the only one where none is named.
func chosenUser(ctx context.Context, users *commandapi.Users, name string) (events.User, error) {
	if name != "" {
		user, err := users.Find(ctx, name)
		if err != nil {
			return events.User{}, fmt.Errorf("user %q: %w", name, err)
		}
		return user, nil
	}
	all, err := users.List(ctx)
	if err != nil {
		return events.User{}, fmt.Errorf("list the users: %w", err)
	}
	switch len(all) {
	case 0:
		return events.User{}, errors.New("there is no user yet: larder user add NAME")
	case 1:
		return all[0], nil
	default:
		return events.User{}, usageError{"there are several users: say whose recipes with --user NAME"}
	}
}
