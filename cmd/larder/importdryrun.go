package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"larder.dev/importer/found"
	"larder.dev/importer/material"
	"larder.dev/internal/webpage"
)

// show parses the material and prints the result. It uses no store, so it needs no larder.
func (c importCommand) show(ctx context.Context, con console) error {
	out := json.NewEncoder(con.out)
	out.SetEscapeHTML(false)
	read, failed := 0, 0
	var broken error
	sink := found.Sink{
		Recipe: func(r found.Recipe) {
			read++
			if c.JSON {
				broken = errors.Join(broken, out.Encode(r))
				return
			}
			printFound(con.out, r)
		},
		Failed: func(f found.Failure) {
			failed++
			fmt.Fprintf(con.err, "%s: %s\n", f.Place, f.Reason)
		},
	}
	for _, file := range c.Files {
		if err := readMaterial(ctx, con, file, sink); err != nil {
			return fmt.Errorf("import: %w", err)
		}
		if broken != nil {
			return fmt.Errorf("print a recipe: %w", broken)
		}
	}
	switch {
	case failed > 0:
		return fmt.Errorf("%d could not be read", failed)
	case read == 0:
		return errors.New("no recipe was found")
	default:
		return nil
	}
}

// readMaterial reads a file, every file of a folder, a web address, or standard input. It reports
// an address that fails, and continues.
func readMaterial(ctx context.Context, con console, file string, sink found.Sink) error {
	if file == "-" {
		return material.Stream(ctx, "-", con.input(), sink)
	}
	if webpage.IsAddress(file) {
		page, err := webpage.Fetcher{Private: true}.Get(ctx, file)
		if err != nil && ctx.Err() == nil {
			sink.Failed(found.Failure{Place: file, Reason: errors.Unwrap(err).Error()}) // without the address, which is the place
			return nil
		}
		if err != nil {
			return err
		}
		return material.Fetched(ctx, page.Address, page.Content, sink)
	}
	info, err := os.Stat(file)
	if err != nil {
		return err // it names the file
	}
	if info.IsDir() {
		return material.Folder(ctx, os.DirFS(file), sink)
	}
	opened, err := os.Open(file)
	if err != nil {
		return err
	}
	return errors.Join(material.File(ctx, info.Name(), opened, info.Size(), sink), opened.Close())
}

// printFound shows a recipe to a person.
func printFound(w io.Writer, r found.Recipe) {
	servings := ""
	if r.Servings != nil {
		servings = ", for " + strconv.FormatFloat(*r.Servings, 'g', -1, 64)
	}
	fmt.Fprintf(w, "%s: %s (%d ingredients, %d steps%s)\n", r.Place, r.Name, len(r.Ingredients), len(r.Steps), servings)
	for _, doubt := range r.Doubts {
		fmt.Fprintf(w, "  look at %s: %s %s\n", doubt.Field, doubt.Why, strconv.Quote(doubt.Text))
	}
}
