package main

import (
	"encoding/json"
	"io"
	"slices"

	"github.com/alecthomas/kong"
)

// printedError is what a command prints to standard error where it was asked for JSON: one line, as its log's lines are.
// Standard output has results alone, so that a program that reads it never takes an error for one.
type printedError struct {
	Error    string `json:"error"`
	ExitCode int    `json:"exit_code"`
}

func printJSONError(to io.Writer, err error, code int) {
	if err := json.NewEncoder(to).Encode(printedError{Error: err.Error(), ExitCode: code}); err != nil {
		return // there is nobody left to tell
	}
}

// asksForJSON tells whether the call has --json. It reads the words where kong can't make a call of them, so that a program
// can read that too.
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
