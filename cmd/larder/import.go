package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strconv"

	commandapi "larder.dev/command-api"
	"larder.dev/events"
	"larder.dev/importer/material"
	"larder.dev/internal/webpage"
	"larder.dev/operate/transfer"
)

// importCommand imports recipes: Larder's own export, web pages, other programs' exports, plain
// text. Run again, it adds nothing twice.
type importCommand struct {
	Files      []string `arg:"" name:"file" help:"Exports of Larder or others, pages, text, folders of them, addresses; - is standard input."`
	User       string   `placeholder:"NAME" help:"Whose recipes they become; may be left out where there is one user."`
	Duplicates string   `enum:"skip,replace,keep" default:"skip" help:"What to do with a recipe that is there already: ${enum}."`
	DryRun     bool     `help:"Show what is understood, and keep nothing; no store is asked."`
	JSON       bool     `name:"json" help:"The result as one JSON object; with --dry-run, one a recipe."`
}

func (c importCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	if c.DryRun {
		return c.show(ctx, con)
	}
	return withUser(ctx, s, con, log, c.User, func(larder *connection, api *commandapi.API, user events.User) error {
		return c.importFor(ctx, con, larder, api, user)
	})
}

func (c importCommand) importFor(ctx context.Context, con console, larder *connection, api *commandapi.API, user events.User) error {
	sum := importSum{onDuplicate: commandapi.OnDuplicate(c.Duplicates), UnknownFields: map[string]int{}, Refusals: []refusal{}}
	for _, file := range c.Files {
		if err := sum.add(ctx, api, user, file, con); err != nil {
			return err
		}
	}
	if !larder.alone() && larder.NATSURL != "" && sum.Added+sum.Replaced > 0 {
		if err := awaitViews(ctx, larder, api, user.ID, int64(sum.Added+sum.Replaced), con); err != nil {
			return err
		}
	}
	if err := c.report(con, sum); err != nil {
		return err
	}
	if sum.Refused > 0 {
		return fmt.Errorf("%d were refused", sum.Refused)
	}
	return nil
}

func (c importCommand) report(con console, sum importSum) error {
	for _, name := range slices.Sorted(maps.Keys(sum.UnknownFields)) {
		called := strconv.Quote(name)
		if name == "" {
			called = "of any further name"
		}
		fmt.Fprintf(con.err, "warning: the field %s was left out, in %d recipes: there is no place for it\n", called, sum.UnknownFields[name])
	}
	if c.JSON {
		return json.NewEncoder(con.out).Encode(sum)
	}
	replaced := ""
	if sum.onDuplicate == commandapi.ReplaceDuplicates {
		replaced = fmt.Sprintf("%d replaced, ", sum.Replaced)
	}
	fmt.Fprintf(con.out, "%d added, %s%d already there, %d refused\n", sum.Added, replaced, sum.Present, sum.Refused)
	return nil
}

// importSum counts over all files.
type importSum struct {
	Added    int       `json:"added"`
	Replaced int       `json:"replaced,omitempty"`
	Present  int       `json:"already_there"`
	Refused  int       `json:"refused"`
	Refusals []refusal `json:"refusals"`
	// UnknownFields counts the recipes with an ignored field; "" counts those beyond the first
	// names.
	UnknownFields map[string]int `json:"unknown_fields"`

	onDuplicate commandapi.OnDuplicate
}

// refusal is one line that wasn't imported.
type refusal struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Reason string `json:"reason"`
}

// maxRefusals bounds those kept for --json; each is reported as it occurs, and all are counted.
const maxRefusals = 1000

func (sum *importSum) add(ctx context.Context, api *commandapi.API, user events.User, file string, con console) (err error) {
	if info, err := os.Stat(file); webpage.IsAddress(file) || err == nil && info.IsDir() {
		return sum.addForeign(ctx, api, user, file, con)
	}
	in, size, err := openInput(con, file)
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	lines := bufio.NewReaderSize(in, peeked)
	begin, err := lines.Peek(peeked)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("import %s: %w", file, err)
	}
	if !material.IsOwn(begin) {
		if file == "-" {
			con.rest = lines
		}
		return sum.addForeign(ctx, api, user, file, con)
	}
	return sum.put(con, input{file: file, size: size}, func(options transfer.Options) (transfer.Progress, error) {
		return transfer.Import(ctx, api, user.ID, lines, options)
	})
}

// peeked is how much of a file is read to detect its format.
const peeked = 64 << 10

// input is a file of recipes to import.
type input struct {
	file  string
	size  int64              // in bytes, 0 if unknown
	place func(n int) string // of a recipe, counted from 1; nil if that is a line of the file
}

// put imports a file and adds up the results.
func (sum *importSum) put(con console, from input, run func(transfer.Options) (transfer.Progress, error)) error {
	bar := newProgress(con.err, "import "+from.file, "recipes")
	result, err := run(transfer.Options{
		OnDuplicate: sum.onDuplicate,
		Progress:    func(p transfer.Progress) { bar.setShare(int64(p.Lines), p.Bytes, from.size) },
		BadLine: func(line int, reason error) {
			place := fmt.Sprintf("%s line %d", from.file, line)
			if from.place != nil {
				place = from.place(line)
			}
			fmt.Fprintf(con.err, "%s: %v\n", place, reason)
			sum.refuse(refusal{from.file, line, reason.Error()})
		},
	})
	sum.Added += result.Added
	sum.Replaced += result.Replaced
	sum.Present += result.Skipped
	sum.Refused += result.Bad
	for name, recipes := range result.Unknown {
		sum.UnknownFields[name] += recipes
	}
	if err != nil {
		bar.abandon()
		return fmt.Errorf("import %s: %w", from.file, err)
	}
	bar.finish()
	return nil
}

func (sum *importSum) refuse(r refusal) {
	if len(sum.Refusals) < maxRefusals {
		sum.Refusals = append(sum.Refusals, r)
	}
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

// chosenUser returns the user with that name, or the only one if no name is given.
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
