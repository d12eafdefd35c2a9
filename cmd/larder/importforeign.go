package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	commandapi "larder.dev/command-api"
	"larder.dev/events"
	"larder.dev/importer/found"
)

// foundLine is a recipe that was found in foreign material, in the form in which recipes are imported.
type foundLine struct {
	Name        string              `json:"name"`
	Description string              `json:"description"`
	Servings    *float64            `json:"servings"`
	PrepMinutes *int                `json:"prep_minutes"`
	CookMinutes *int                `json:"cook_minutes"`
	SourceURL   string              `json:"source_url"`
	Tags        []string            `json:"tags"`
	Notes       string              `json:"notes"`
	Ingredients []events.Ingredient `json:"ingredients"`
	Steps       []events.Step       `json:"steps"`
}

// lineOf gives a recipe as it is kept. A time that is said only of the whole is the time on the stove.
func lineOf(r found.Recipe) foundLine {
	line := foundLine{
		Name: r.Name, Description: r.Description, Servings: r.Servings, PrepMinutes: r.PrepMinutes, CookMinutes: r.CookMinutes,
		SourceURL: r.SourceURL, Tags: r.Tags, Notes: r.Notes, Ingredients: r.Ingredients, Steps: r.Steps,
	}
	if line.PrepMinutes == nil && line.CookMinutes == nil {
		line.CookMinutes = r.TotalMinutes
	}
	return line
}

// addForeign reads what isn't Larder's own, and puts the recipes in as those of any file: by the same use case, with ids
// that follow from their content, so that none comes twice.
func (sum *importSum) addForeign(ctx context.Context, api *commandapi.API, user events.User, file string, con console) error {
	lines, write := io.Pipe()
	read := foreignReader{out: json.NewEncoder(write)}
	reading, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		err := readMaterial(reading, con, file, found.Sink{Recipe: read.recipe, Failed: read.failed})
		_ = write.CloseWithError(errors.Join(err, read.broken)) // nil is the end of the lines
	}()
	err := sum.addLines(ctx, api, user, con, material{file: file, lines: lines, place: read.place})
	stop() // and what is being written is taken by nobody
	_ = lines.CloseWithError(io.ErrClosedPipe)
	<-ended
	for _, failure := range read.failures {
		fmt.Fprintf(con.err, "%s: %s\n", failure.Place, failure.Reason)
		sum.refuse(refusal{File: failure.Place, Reason: failure.Reason})
	}
	sum.Refused += len(read.failures)
	return err
}

// foreignReader writes the recipes that are found as lines, and remembers which place each is from.
type foreignReader struct {
	out      *json.Encoder
	broken   error
	failures []found.Failure

	mu     sync.Mutex
	places []string
}

func (f *foreignReader) recipe(r found.Recipe) {
	if f.broken != nil {
		return
	}
	f.mu.Lock()
	f.places = append(f.places, r.Place)
	f.mu.Unlock()
	f.broken = f.out.Encode(lineOf(r))
}

func (f *foreignReader) failed(failure found.Failure) { f.failures = append(f.failures, failure) }

func (f *foreignReader) place(line int) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if line < 1 || line > len(f.places) {
		return fmt.Sprintf("recipe %d", line)
	}
	return f.places[line-1]
}
