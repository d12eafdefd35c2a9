package bench

import (
	"fmt"
	"io"
	"strings"
)

// figure is one row of the table.
type figure struct {
	what   string
	larder string
	bare   string // "" if nothing is comparable
	ratio  string // of larder to bare, "" unless the target is a ratio
	target string // "" for a row that only explains another
	met    bool
}

// table collects a run's figures.
type table struct{ rows []figure }

func (t *table) add(f figure) { t.rows = append(t.rows, f) }

func (t *table) missed() []string {
	var names []string
	for _, row := range t.rows {
		if row.target != "" && !row.met {
			names = append(names, row.what)
		}
	}
	return names
}

func (t *table) write(to io.Writer) error {
	var text strings.Builder
	text.WriteString("\n| figure | larder | bare limit | ratio | target | met |\n| --- | ---: | ---: | ---: | ---: | --- |\n")
	for _, row := range t.rows {
		fmt.Fprintf(&text, "| %s | %s | %s | %s | %s | %s |\n",
			row.what, row.larder, row.bare, row.ratio, row.target, row.verdict())
	}
	text.WriteString("\n")
	_, err := io.WriteString(to, text.String())
	return err
}

func (f figure) verdict() string {
	switch {
	case f.target == "":
		return ""
	case f.met:
		return "yes"
	default:
		return "no"
	}
}
