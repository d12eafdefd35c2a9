package main

import (
	"encoding/json"
	"io"
	"slices"

	"github.com/alecthomas/kong"
)

// printedError is printed to standard error when JSON was requested: one line, like the log's.
// Standard output only has results, so a program that reads it never mistakes an error for one.
type printedError struct {
	Error    string `json:"error"`
	ExitCode int    `json:"exit_code"`
}

func printJSONError(to io.Writer, err error, code int) {
	if err := json.NewEncoder(to).Encode(printedError{Error: err.Error(), ExitCode: code}); err != nil {
		return // there is nobody left to tell
	}
}

// asksForJSON reports whether the call has --json. If kong can't parse the words, it searches them
// itself, so that a program can read that error too.
func asksForJSON(call *kong.Context, args []string) bool {
	if call == nil || call.Error != nil {
		end := slices.Index(args, "--")
		if end < 0 {
			end = len(args)
		}
		return slices.Contains(args[:end], "--json") || slices.Contains(args[:end], "--json=true")
	}
	return slices.ContainsFunc(call.Flags(), func(flag *kong.Flag) bool {
		on, ok := call.FlagValue(flag).(bool)
		return flag.Name == "json" && ok && on
	})
}
