package main

import (
	"fmt"

	"larder.dev/internal/buildinfo"
)

// versionCommand says which build this is; --version says the same.
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
