package arch_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const root = "../.."

// Every link between the project's pages leads to an existing file.
func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
	for _, folder := range []string{"", "docs", "docs/*", "deploy", "deploy/*"} {
		pages, err := filepath.Glob(filepath.Join(root, folder, "*.md"))
		require.NoError(t, err)
		require.NotEmpty(t, pages, folder)
		for _, page := range pages {
			for _, match := range link.FindAllStringSubmatch(read(t, page), -1) {
				_, err := os.Stat(filepath.Join(filepath.Dir(page), match[1]))
				require.NoError(t, err, "%s links to %s", page, match[1])
			}
		}
	}
}

// The first pages to read stay short; the rest has its own pages.
func TestReadmeIsShort(t *testing.T) {
	t.Parallel()
	require.Less(t, len(read(t, filepath.Join(root, "README.md"))), 6000)
}

// The map in ARCHITECTURE.md shows only existing folders, so that it stays current.
func TestMapShowsWhatIsThere(t *testing.T) {
	t.Parallel()
	_, section, found := strings.Cut(read(t, filepath.Join(root, "ARCHITECTURE.md")), "## The map")
	require.True(t, found)
	table, _, _ := strings.Cut(section, "\n\nNobody")
	row := regexp.MustCompile("(?m)^\\| `([^`]+)`")
	rows := row.FindAllStringSubmatch(table, -1)
	require.Greater(t, len(rows), 10)
	for _, match := range rows {
		require.DirExists(t, filepath.Join(root, match[1]))
	}
}

// The walk of one recipe matches the code: each file has its function, and the commit comes at the
// twelfth stop at the latest.
func TestWalkIsTheCodes(t *testing.T) {
	t.Parallel()
	_, section, found := strings.Cut(read(t, filepath.Join(root, "ARCHITECTURE.md")), "### The walk")
	require.True(t, found)
	section, _, _ = strings.Cut(section, "\n## ")
	stays := regexp.MustCompile("(?m)^\\| `([^`]+)` \\| `([^`]+)` \\| (.*) \\|$").FindAllStringSubmatch(section, -1)
	commit := slices.IndexFunc(stays, func(stay []string) bool { return stay[3] == "the commit" })
	require.Positive(t, commit)
	require.Less(t, commit, 12)
	for _, stay := range stays {
		function := regexp.MustCompile(`(?m)^func (\([^)]+\) )?` + stay[2] + `\(`)
		require.Regexp(t, function, read(t, filepath.Join(root, stay[1])), stay[1])
	}
}

// Each change in ARCHITECTURE.md says what verifies it, and the packages, journeys and targets that
// it names exist.
func TestChangesNameTheirChecks(t *testing.T) {
	t.Parallel()
	_, section, found := strings.Cut(read(t, filepath.Join(root, "ARCHITECTURE.md")), "| change | files | verify by |")
	require.True(t, found)
	section, _, _ = strings.Cut(section, "\n## ")
	rows := regexp.MustCompile(`(?m)^\| \w.* \| ([^|]*(?:\\\|[^|]*)*) \|$`).FindAllStringSubmatch(section, -1)
	require.Len(t, rows, strings.Count(strings.TrimSpace(section), "\n"))
	makefile := read(t, filepath.Join(root, "Makefile"))
	packages := regexp.MustCompile(` \./([a-z/0-9-]+[a-z0-9])`)
	targets := regexp.MustCompile("`make ([a-z -]+)`")
	journeys := regexp.MustCompile(`[a-z]+\.journey\.ts`)
	for _, row := range rows {
		check := row[1]
		require.NotEmpty(t, strings.TrimSpace(check), row[0])
		for _, match := range packages.FindAllStringSubmatch(check, -1) {
			require.DirExists(t, filepath.Join(root, match[1]), row[0])
		}
		for _, match := range targets.FindAllStringSubmatch(check, -1) {
			for target := range strings.FieldsSeq(match[1]) {
				require.Contains(t, makefile, "\n"+target+":", row[0])
			}
		}
		for _, journey := range journeys.FindAllString(check, -1) {
			require.FileExists(t, filepath.Join(root, "web", "journeys", journey))
		}
	}
}

// The places that the glossary names exist.
func TestGlossaryLeadsSomewhere(t *testing.T) {
	t.Parallel()
	paths := regexp.MustCompile("`([^`/ ]+/[^` ]+)`").FindAllStringSubmatch(read(t, filepath.Join(root, "docs", "glossary.md")), -1)
	require.Greater(t, len(paths), 20)
	for _, path := range paths {
		_, err := os.Stat(filepath.Join(root, path[1]))
		require.NoError(t, err)
	}
}

// The list of decisions is complete.
func TestDecisionsAreListed(t *testing.T) {
	t.Parallel()
	list := read(t, filepath.Join(root, "docs", "decisions", "README.md"))
	records, err := filepath.Glob(filepath.Join(root, "docs", "decisions", "0*.md"))
	require.NoError(t, err)
	require.NotEmpty(t, records)
	for _, record := range records {
		require.Contains(t, list, "("+filepath.Base(record)+")")
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(content)
}
