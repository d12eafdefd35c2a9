package arch_test

import (
	"flag"
	"fmt"
	"go/scanner"
	"go/token"
	"maps"
	"math"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/arch"
)

// generated matches the go command's marker for generated files.
var generated = regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.$`)

var updateStats = flag.Bool("update", false, "write the figures of ARCHITECTURE.md anew") //nolint:gochecknoglobals // a flag

// How far the table's line counts may be off before it is stale, so that not every commit has to
// touch it.
const (
	staleLines = 150
	staleShare = 0.05
)

// The figures in ARCHITECTURE.md match the code: packages and modules exactly, lines within a few
// percent.
func TestStats(t *testing.T) {
	t.Parallel()
	page := filepath.Join(root, "ARCHITECTURE.md")
	before, rest, found := strings.Cut(read(t, page), "<!-- make stats -->\n")
	require.True(t, found)
	table, after, found := strings.Cut(rest, "<!-- end -->")
	require.True(t, found)
	is := count(t)
	t.Log("\n" + is.table())
	if *updateStats {
		require.NoError(t, os.WriteFile(page, []byte(before+"<!-- make stats -->\n"+is.table()+"<!-- end -->"+after), 0o600))
		return
	}
	said := figures(table)
	const stale = "run make stats: %s"
	require.Equal(t, is.packages, said["packages"], stale, "packages")
	require.Equal(t, is.modules, said["modules in the binary"], stale, "modules in the binary")
	for folder, lines := range is.lines {
		require.Contains(t, said, folder, stale, folder)
		allowed := max(staleLines, staleShare*float64(lines))
		require.InDelta(t, lines, said[folder], allowed, stale, folder)
	}
}

// stats are lines by folder, and the numbers of packages and modules.
type stats struct {
	lines             map[string]int
	packages, modules int
}

func (s stats) table() string {
	var b strings.Builder
	b.WriteString("| | lines of code |\n| --- | ---: |\n")
	all := 0
	for _, folder := range slices.Sorted(maps.Keys(s.lines)) {
		fmt.Fprintf(&b, "| `%s/` | %d |\n", folder, toHundreds(s.lines[folder]))
		all += s.lines[folder]
	}
	fmt.Fprintf(&b, "| all of them | %d |\n| packages | %d |\n| modules in the binary | %d |\n", toHundreds(all), s.packages, s.modules)
	return b.String()
}

func toHundreds(lines int) int { return int(math.Round(float64(lines)/100)) * 100 }

// figures parses a table written by stats.
func figures(table string) map[string]int {
	said := map[string]int{}
	for _, row := range regexp.MustCompile("(?m)^\\| `?([^|`]+?)/?`? \\| (\\d+) \\|$").FindAllStringSubmatch(table, -1) {
		said[row[1]], _ = strconv.Atoi(row[2])
	}
	return said
}

// count skips generated code, tests, suites and their harness. The modules are those of the
// binary that the Makefile builds.
func count(t *testing.T) stats {
	t.Helper()
	s := stats{lines: map[string]int{}}
	for _, p := range list(t, "linux", arch.Module+"/...") {
		below := strings.TrimPrefix(p.ImportPath, arch.Module+"/")
		if isHarness(below) {
			continue
		}
		s.packages++
		folder, _, _ := strings.Cut(below, "/")
		for _, file := range slices.Concat(p.GoFiles, p.IgnoredGoFiles) {
			if !strings.HasSuffix(file, "_test.go") {
				s.lines[folder] += linesOf(t, filepath.Join(p.Dir, file))
			}
		}
	}
	modules := map[string]bool{}
	for _, p := range list(t, "linux", "-deps", "-tags", "nodynamic,nomsgpack", arch.Module+"/cmd/larder") {
		if p.Module.Path != "" {
			modules[p.Module.Path] = true
		}
	}
	s.modules = len(modules)
	return s
}

// linesOf counts a file's lines of code, 0 if it is generated.
func linesOf(t *testing.T, file string) int {
	t.Helper()
	source := read(t, file)
	if generated.MatchString(source) {
		return 0
	}
	files := token.NewFileSet()
	var s scanner.Scanner
	s.Init(files.AddFile(file, files.Base(), len(source)), []byte(source), nil, 0)
	coded := map[int]bool{}
	for {
		pos, tok, text := s.Scan()
		if tok == token.EOF {
			return len(coded)
		}
		first := files.Position(pos).Line
		if text == "\n" { // an automatic semicolon
			continue
		}
		for line := range strings.Count(text, "\n") + 1 {
			coded[first+line] = true
		}
	}
}

// isHarness reports whether a package exists only for tests.
func isHarness(pkg string) bool {
	return strings.HasPrefix(pkg, "test/") || strings.HasPrefix(pkg, "internal/testkit") || strings.HasSuffix(path.Base(pkg), "test")
}
