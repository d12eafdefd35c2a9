package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"larder.dev/cmd/larder/internal/stores"
	commandapi "larder.dev/command-api"
	"larder.dev/events"
	"larder.dev/internal/searchindex"
	"larder.dev/operate/asof"
)

type asOfCommands struct {
	Look asOfLookCommand `cmd:"" help:"Search an index that rebuild search --until TIME --into NAME made."`
	Drop asOfDropCommand `cmd:"" help:"Remove such an index."`
}

// makeAsOf is `rebuild search --until --into`.
func (c rebuildCommand) makeAsOf(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	return onWriteSide(ctx, s, con, log, func(larder *connection, api *commandapi.API) error {
		return c.fillAsOf(ctx, con, larder.asOf(s, log), api.Ledger())
	})
}

func (c rebuildCommand) fillAsOf(ctx context.Context, con console, indices asof.Indices, ledger commandapi.Ledger) (err error) {
	index, err := indices.Make(c.Into)
	if errors.Is(err, asof.ErrBadName) {
		return usageError{err.Error()}
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, index.Close()) }()
	bar := newProgress(con.err, "rebuild search into "+c.Into, "recipes")
	recipes, err := asof.Fill(ctx, ledger, index, c.Until.Time, func(done int64) { bar.set(done, done) })
	if err := barred(bar, err, "rebuild search into "+c.Into); err != nil {
		return err
	}
	fmt.Fprintf(con.out, "%s has the %d recipes of %s; look: larder past look %s --user NAME WORDS\n",
		c.Into, recipes, c.Until.UTC().Format(time.RFC3339), c.Into)
	return nil
}

// asOf locates the point-in-time indices.
func (c *connection) asOf(s *settings, log *slog.Logger) asof.Indices {
	return asof.Indices{
		ElasticsearchURL: c.Address(stores.Elasticsearch), ElasticsearchAlias: c.ElasticsearchAlias,
		Dir: filepath.Join(s.DataDir, "search-past"), Log: log,
	}
}

type asOfLookCommand struct {
	Name  string   `arg:"" help:"The index."`
	Words []string `arg:"" optional:"" help:"Words of names; none for every recipe."`
	User  string   `required:"" placeholder:"NAME" help:"Whose recipes."`
	JSON  bool     `name:"json" help:"JSON lines."`
}

func (c asOfLookCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	return withUser(ctx, s, con, log, c.User, func(larder *connection, _ *commandapi.API, user events.User) error {
		return c.look(ctx, con, larder.asOf(s, log), user)
	})
}

func (c asOfLookCommand) look(ctx context.Context, con console, indices asof.Indices, user events.User) (err error) {
	index, err := indices.Open(ctx, c.Name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, index.Close()) }()
	query := searchindex.Query{Owner: user.ID, Text: strings.Join(c.Words, " "), Limit: asOfPage, Names: true}
	for {
		page, err := index.Search(ctx, query)
		if err != nil {
			return err
		}
		for _, hit := range page.Hits {
			if err := c.print(con, hit); err != nil {
				return err
			}
		}
		if query.Cursor = page.Next; query.Cursor == "" {
			return nil
		}
	}
}

// asOfPage is how many recipes are fetched at once.
const asOfPage = 200

func (c asOfLookCommand) print(con console, hit searchindex.Hit) error {
	if c.JSON {
		return json.NewEncoder(con.out).Encode(struct {
			ID      string `json:"id"`
			Name    string `json:"name"`
			Version int64  `json:"version"`
		}{hit.ID, hit.Name, hit.Version})
	}
	_, err := fmt.Fprintf(con.out, "%s  version %d  %s\n", hit.ID, hit.Version, oneLine(hit.Name))
	return err
}

type asOfDropCommand struct {
	Name string `arg:"" help:"The index."`
}

func (c asOfDropCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) (err error) {
	larder, err := connect(ctx, s, con, log, stores.Postgres)
	if err != nil {
		return err
	}
	defer closing(&err, larder.disconnect)
	return larder.asOf(s, log).Drop(ctx, c.Name)
}
