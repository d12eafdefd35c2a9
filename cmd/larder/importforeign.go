package main

import (
	"context"
	"fmt"

	commandapi "larder.dev/command-api"
	"larder.dev/events"
	"larder.dev/importer/found"
	"larder.dev/operate/transfer"
)

// addForeign reads other programs' formats, and imports their recipes like any file's: by the same
// use case, with ids derived from their content, so that none is added twice.
func (sum *importSum) addForeign(ctx context.Context, api *commandapi.API, user events.User, file string, con console) error {
	var (
		places   []string // of the recipes, in order
		failures []found.Failure
	)
	from := input{file: file, place: func(n int) string { return places[n-1] }}
	err := sum.put(con, from, func(options transfer.Options) (transfer.Progress, error) {
		recipes := transfer.NewImporter(api, user.ID, options)
		reading, stop := context.WithCancelCause(ctx)
		defer stop(nil)
		err := readMaterial(reading, con, file, found.Sink{
			Recipe: func(r found.Recipe) {
				if reading.Err() != nil {
					return // nobody consumes what is still being read
				}
				places = append(places, r.Place)
				if err := recipes.Add(reading, r.Draft()); err != nil {
					stop(err)
				}
			},
			Failed: func(f found.Failure) { failures = append(failures, f) },
		})
		if cause := context.Cause(reading); cause != nil {
			err = cause
		}
		if err == nil {
			err = recipes.Flush(ctx)
		}
		return recipes.Progress(), err
	})
	for _, failure := range failures {
		fmt.Fprintf(con.err, "%s: %s\n", failure.Place, failure.Reason)
		sum.refuse(refusal{File: failure.Place, Reason: failure.Reason})
	}
	sum.Refused += len(failures)
	return err
}
