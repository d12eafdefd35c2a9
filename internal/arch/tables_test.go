package arch_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/arch"
	"larder.dev/internal/postgresroles"
)

// written is one statement that changes a table.
type written struct{ file, verb, table string }

// Tables are written as the rules say, and the roles' database privileges are exactly what that
// needs.
func TestTablesAreWrittenByTheirWriters(t *testing.T) {
	t.Parallel()
	needed := map[string]bool{} // role, verb and table
	for _, w := range writtenInTables(t) {
		at := slices.IndexFunc(arch.Statements(), func(s arch.Statement) bool { return slices.Contains(s.Names, w.file) })
		require.GreaterOrEqual(t, at, 0, "%s has %s %s, and no rule in tables.go", w.file, w.verb, w.table)
		for _, role := range arch.Statements()[at].As {
			needed[role+" "+w.verb+" "+w.table] = true
		}
	}
	for _, w := range allWritten(t) {
		at := slices.IndexFunc(arch.Writers(), func(writer arch.Writer) bool {
			ok, err := filepath.Match(writer.Files, w.file)
			require.NoError(t, err)
			return ok
		})
		require.GreaterOrEqual(t, at, 0, "%s has %s %s, and no rule in tables.go", w.file, w.verb, w.table)
		for _, role := range arch.Writers()[at].As {
			needed[role+" "+w.verb+" "+w.table] = true
		}
	}
	for table, roles := range arch.Lockers() {
		for _, role := range roles {
			needed[role+" UPDATE "+table] = true
		}
	}
	require.Greater(t, len(needed), 20)
	granted := map[string]bool{}
	for _, role := range postgresroles.Components() {
		for _, p := range role.Grants {
			for _, verb := range []string{"INSERT", "UPDATE", "DELETE"} {
				if strings.Contains(p.May, verb) && !strings.Contains(p.On, " ") {
					granted[role.Name+" "+verb+" "+p.On] = true
				}
			}
		}
	}
	for need := range needed {
		if !strings.HasPrefix(need, postgresroles.Owner+" ") {
			require.True(t, granted[need], "internal/postgresroles doesn't grant: %s", need)
		}
	}
	for grant := range granted {
		require.True(t, needed[grant], "no statement needs what internal/postgresroles grants: %s", grant)
	}
}

// allWritten finds the statements in string literals of the module's files, except tests and the
// grocery app, which has its own database.
func allWritten(t *testing.T) []written {
	t.Helper()
	var found []written
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		require.NoError(t, err)
		if entry.IsDir() {
			if slices.Contains([]string{".git", ".tools", "test", "web", "deploy", "grocery-app", "internal/testkit", "internal/arch", "internal/tables"}, name) {
				return fs.SkipDir
			}
			return nil
		}
		if strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			found = append(found, writtenIn(t, name)...)
		}
		return nil
	})
	require.NoError(t, err)
	return found
}

// A statement that changes a table is run only by the packages in its rule, and each rule is about
// at least one.
func TestStatementsAreRunByTheirWriters(t *testing.T) {
	t.Parallel()
	may := map[string]arch.Statement{}
	for _, rule := range arch.Statements() {
		for _, name := range rule.Names {
			may[name] = rule
		}
	}
	run := map[string]bool{}
	for _, p := range list(t, "linux", arch.Module+"/...") {
		if !slices.Contains(p.Imports, tablesPackage) {
			continue
		}
		for _, name := range p.GoFiles {
			for _, statement := range selectedIn(t, filepath.Join(p.Dir, name)) {
				rule, ok := may[statement]
				if !ok {
					continue
				}
				run[statement] = true
				require.Contains(t, rule.In, p.ImportPath, "%s runs %s\n\tbecause: %s", name, statement, rule.Reason)
			}
		}
	}
	for name := range may {
		require.True(t, run[name], "nobody runs %s", name)
	}
}

const tablesPackage = arch.Module + "/internal/tables"

// selectedIn returns every selector x of an a.x in a file, unless a is a package other than tables.
func selectedIn(t *testing.T, name string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	others := map[string]bool{}
	for _, imported := range file.Imports {
		others[strings.Trim(path.Base(imported.Path.Value), `"`)] = imported.Path.Value != strconv.Quote(tablesPackage)
	}
	var names []string
	ast.Inspect(file, func(node ast.Node) bool {
		if selector, ok := node.(*ast.SelectorExpr); ok {
			if of, ok := selector.X.(*ast.Ident); !ok || !others[of.Name] {
				names = append(names, selector.Sel.Name)
			}
		}
		return true
	})
	return names
}

// change matches the beginning of a statement that changes a table.
var change = regexp.MustCompile(`(INSERT|UPDATE|DELETE)(?: INTO| FROM)? ` +
	`(recipes|ingredients|users|user_changes|event_log|idempotency_keys|epoch|backup_copy|file_removals|retention_clock|text_removals)\b`)

// writtenInTables finds the statements of internal/tables, with their names instead of a file's.
func writtenInTables(t *testing.T) []written {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "internal", "tables", "*.sql"))
	require.NoError(t, err)
	behind := regexp.MustCompile(`(?s)INSERT INTO (\w+)[^;]*?DO UPDATE`)
	var found []written
	for _, file := range files {
		for _, m := range regexp.MustCompile(`(?s)-- name: (\w+) :\w+\n([^;]*);`).FindAllStringSubmatch(read(t, file), -1) {
			for _, changed := range change.FindAllStringSubmatch(m[2], -1) {
				found = append(found, written{m[1], changed[1], changed[2]})
			}
			for _, replaced := range behind.FindAllStringSubmatch(m[2], -1) {
				found = append(found, written{m[1], "UPDATE", replaced[1]})
			}
		}
	}
	return found
}

func writtenIn(t *testing.T, name string) []written {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, name), nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	var found []written
	ast.Inspect(file, func(node ast.Node) bool {
		literal, ok := node.(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			return true
		}
		text, err := strconv.Unquote(literal.Value)
		require.NoError(t, err)
		for _, m := range change.FindAllStringSubmatch(text, -1) {
			found = append(found, written{name, m[1], m[2]})
		}
		return true
	})
	return append(found, replacedIn(t, name, found)...)
}

// replacedIn returns a file's updates that are part of an upsert.
func replacedIn(t *testing.T, name string, inserted []written) []written {
	t.Helper()
	behind := regexp.MustCompile(`(?s)INSERT INTO (\w+)[^;]*?DO UPDATE`)
	content := read(t, filepath.Join(root, name))
	var found []written
	for _, m := range behind.FindAllStringSubmatch(content, -1) {
		if slices.ContainsFunc(inserted, func(w written) bool { return w.table == m[1] }) {
			found = append(found, written{name, "UPDATE", m[1]})
		}
	}
	return found
}
