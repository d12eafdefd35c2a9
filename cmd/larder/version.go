package main

import (
	"errors"
	"fmt"

	"github.com/alecthomas/kong"

	"larder.dev/internal/buildinfo"
)

// versionFlag is --version, which stands alone: otherwise "larder restore RECIPE --version 3" would
// restore nothing and succeed.
type versionFlag bool

// BeforeReset is kong's hook for a flag that stands alone.
func (versionFlag) BeforeReset(parser *kong.Kong, call *kong.Context, vars kong.Vars) error {
	if call.Selected() != nil {
		return errors.New("--version is of larder and not of a command; larder version says which build this is")
	}
	_, err := fmt.Fprintln(parser.Stdout, vars["version"])
	parser.Exit(0)
	return err
}

// versionCommand prints this build; so does --version.
type versionCommand struct {
	JSON bool `name:"json" help:"As one JSON object."`
}

func (c versionCommand) Run(con console) error {
	build := buildinfo.Read()
	if c.JSON {
		return printJSON(con, build)
	}
	_, err := fmt.Fprintln(con.out, "larder", build)
	return err
}
