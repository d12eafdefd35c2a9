package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/alecthomas/kong"
	mangokong "github.com/alecthomas/mango-kong"
	"github.com/muesli/roff"
)

// manCommand prints the manual page; larder man | man -l - shows it.
type manCommand struct{}

//go:generate sh -c "go run . man > ../../docs/larder.1"

func (manCommand) Run(con console, call *kong.Context) error {
	page := mangokong.NewManPage(1, call.Model).
		WithSection("Environment", manEnvironment(call.Model.Node)).
		WithSection("Exit status", "0: done. 1: it failed; the reason is on standard error. 2: wrong usage.").
		WithSection("Files", "~/.local/share/larder, or below $XDG_DATA_HOME: where Larder keeps its data unless it is told. "+
			"run.json in it has the addresses of a running larder, for its owner alone.")
	text := strings.Replace(page.Build(undated{roff.NewDocument()}), noDay, "", 1)
	_, err := fmt.Fprintln(con.out, text)
	return err
}

// manEnvironment lists the flags' environment variables; a flag takes precedence.
func manEnvironment(node *kong.Node) string {
	var text strings.Builder
	text.WriteString("Each stands for the flag that is called as it is, without LARDER_: ")
	seen := map[string]bool{}
	var names []string
	_ = kong.Visit(node, func(visited kong.Visitable, next kong.Next) error {
		if flag, ok := visited.(*kong.Flag); ok {
			for _, name := range flag.Envs {
				if !seen[name] {
					seen[name] = true
					names = append(names, name)
				}
			}
		}
		return next(nil)
	})
	text.WriteString(strings.Join(names, ", ") + ". A flag counts more than its variable.")
	return text.String()
}

// undated omits the date from the page's heading, so that the page in docs only changes with the
// commands.
type undated struct{ *roff.Document }

func (d undated) Heading(section uint, title, _ string, _ time.Time) {
	d.Document.Heading(section, title, "Larder", time.Time{}) // the description is too long for a heading
}

// noDay is the zero date in the heading.
const noDay = "0001-01-01"
