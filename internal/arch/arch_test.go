package arch_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/scanner"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/arch"
)

// Every package follows the rules, on each system that the binary is built for.
func TestRules(t *testing.T) {
	t.Parallel()
	for _, system := range []string{"linux", "darwin"} {
		t.Run(system, func(t *testing.T) {
			t.Parallel()
			for _, v := range arch.Check(packages(list(t, system, arch.Module+"/...")), arch.Layers(), arch.Libraries()) {
				t.Error(v)
			}
		})
	}
}

// The binary contains no test code, not even through third parties.
func TestBinaryHasNoTestCode(t *testing.T) {
	t.Parallel()
	for _, p := range list(t, "linux", "-deps", arch.Module+"/cmd/larder") {
		for _, forbidden := range []string{"larder.dev/internal/testkit", "github.com/stretchr/testify", "pgregory.net/rapid"} {
			require.False(t, strings.HasPrefix(p.ImportPath, forbidden), "larder links %s", p.ImportPath)
		}
	}
}

// internal could serve any component: its names don't mention recipes, except for the tables that
// hold them.
func TestInternalHasNoRecipeWords(t *testing.T) {
	t.Parallel()
	for _, p := range list(t, "linux", arch.Module+"/internal/...") {
		if p.ImportPath == tablesPackage {
			continue
		}
		for _, file := range p.GoFiles {
			for _, name := range identifiers(t, filepath.Join(p.Dir, file)) {
				low := strings.ToLower(name)
				require.False(t, strings.Contains(low, "recipe") || strings.Contains(low, "ingredient"),
					"%s/%s has the name %s", p.ImportPath, file, name)
			}
		}
	}
}

// The rules catch each of these, which somebody will try one day, and give the reason.
func TestCheckFinds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ pkg, imports, tests string }{
		{pkg: "larder.dev/events", imports: "github.com/google/uuid"},
		{pkg: "larder.dev/events", imports: "larder.dev/internal/jetstream"},
		{pkg: "larder.dev/command-api", imports: "larder.dev/query-api"},
		{pkg: "larder.dev/command-api/internal/relay", imports: "larder.dev/projectors/views"},
		{pkg: "larder.dev/command-api/internal/relay", imports: "github.com/nats-io/nats.go"},
		{pkg: "larder.dev/recipe", imports: "larder.dev/internal/postgres"},
		{pkg: "larder.dev/recipe", imports: "github.com/gin-gonic/gin"},
		{pkg: "larder.dev/query-api", imports: "larder.dev/command-api"},
		{pkg: "larder.dev/query-api", imports: "larder.dev/projectors"},
		{pkg: "larder.dev/query-api", imports: "github.com/jackc/pgx/v5"},
		{pkg: "larder.dev/query-api", tests: "larder.dev/command-api/internal/relay"},
		{pkg: "larder.dev/projectors/cache", imports: "larder.dev/command-api"},
		{pkg: "larder.dev/projectors/cache", imports: "github.com/redis/go-redis/v9"},
		{pkg: "larder.dev/projectors/cache", tests: "github.com/redis/go-redis/v9"},
		{pkg: "larder.dev/projectors/views", imports: "larder.dev/projectors"},
		{pkg: "larder.dev/internal/redis", imports: "larder.dev/events"},
		{pkg: "larder.dev/internal/redis", imports: "larder.dev/internal/testkit"},
		{pkg: "larder.dev/internal/searchindex", imports: "github.com/blevesearch/bleve/v2"},
		{pkg: "larder.dev/internal/redis", tests: "larder.dev/cmd/larder/internal/stores"},
		{pkg: "larder.dev/cmd/larder", imports: "larder.dev/command-api/internal/recipestore"},
		{pkg: "larder.dev/cmd/larder", imports: "testing"},
		{pkg: "larder.dev/test/e2e", imports: "larder.dev/cmd/larder/internal/stores"},
		{pkg: "larder.dev/test/e2e", tests: "larder.dev/command-api"},
		{pkg: "larder.dev/web", imports: "larder.dev/events"},
		{pkg: "larder.dev/newcomer"},
		{pkg: "larder.dev/internal/util"},
	} {
		p := arch.Package{Path: c.pkg, Imports: strings.Fields(c.imports), TestImports: strings.Fields(c.tests)}
		found := arch.Check([]arch.Package{p}, arch.Layers(), arch.Libraries())
		require.NotEmpty(t, found, "%+v", c)
		require.Contains(t, found[0].String(), c.pkg)
		require.Contains(t, found[0].String(), c.imports+c.tests)
		require.NotEmpty(t, found[0].Reason)
	}
	for _, file := range []string{"helpers.go", "util_test.go", "common.go"} {
		p := arch.Package{Path: "larder.dev/events", Files: []string{"type.go", file}}
		require.Len(t, arch.Check([]arch.Package{p}, arch.Layers(), arch.Libraries()), 1, file)
	}
}

// The rules permit what they should, even if a name is a prefix of another.
func TestCheckAdmits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ pkg, imports, tests string }{
		{pkg: "larder.dev/events", imports: "encoding/json", tests: "larder.dev/events pgregory.net/rapid"},
		{pkg: "larder.dev/query-api", imports: "larder.dev/projectors/views larder.dev/events", tests: "larder.dev/command-api"},
		{pkg: "larder.dev/query-api", imports: "github.com/jackc/pgx/v5/pgxpool", tests: "github.com/jackc/pgx/v5"},
		{pkg: "larder.dev/command-api/internal/recipestore", imports: "github.com/jackc/pgx/v5"},
		{pkg: "larder.dev/cmd/larder", imports: "larder.dev/cmd/larder/internal/stores larder.dev/command-api"},
		{pkg: "larder.dev/projectors/projectiontest", imports: "testing github.com/stretchr/testify/require"},
		{pkg: "larder.dev/internal/redis", imports: "github.com/redis/go-redis/v9", tests: "larder.dev/internal/testkit"},
	} {
		p := arch.Package{Path: c.pkg, Imports: strings.Fields(c.imports), TestImports: strings.Fields(c.tests)}
		require.Empty(t, arch.Check([]arch.Package{p}, arch.Layers(), arch.Libraries()))
	}
}

// Every rule gives a reason, since without one it is just an order, and no rule is stated twice.
func TestEveryRuleHasAReason(t *testing.T) {
	t.Parallel()
	layers, libraries := map[string]bool{}, map[string]bool{}
	for _, layer := range arch.Layers() {
		require.NotEmpty(t, layer.Reason, layer.Packages)
		require.False(t, layers[layer.Packages], "%s is there twice", layer.Packages)
		layers[layer.Packages] = true
	}
	for _, library := range arch.Libraries() {
		require.NotEmpty(t, library.Reason, library.Import)
		require.False(t, libraries[library.Import], "%s is there twice", library.Import)
		libraries[library.Import] = true
	}
}

// listed is the part of `go list -json` that is needed here.
//
//nolint:tagliatelle // the go command's names
type listed struct {
	ImportPath     string   `json:"ImportPath"`
	Dir            string   `json:"Dir"`
	GoFiles        []string `json:"GoFiles"`
	CgoFiles       []string `json:"CgoFiles"`
	TestGoFiles    []string `json:"TestGoFiles"`
	XTestGoFiles   []string `json:"XTestGoFiles"`
	IgnoredGoFiles []string `json:"IgnoredGoFiles"`
	Imports        []string `json:"Imports"`
	TestImports    []string `json:"TestImports"`
	XTestImports   []string `json:"XTestImports"`
	Module         struct {
		Path string `json:"Path"`
	} `json:"Module"`
}

func list(t *testing.T, system string, args ...string) []listed {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"list", "-json"}, args...)...)
	cmd.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, "go list: %s", stderr.String())
	var all []listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		all = append(all, p)
	}
}

func packages(all []listed) []arch.Package {
	var found []arch.Package
	for _, p := range all {
		found = append(found, arch.Package{
			Path:        p.ImportPath,
			Files:       slices.Concat(p.GoFiles, p.CgoFiles, p.TestGoFiles, p.XTestGoFiles, p.IgnoredGoFiles),
			Imports:     p.Imports,
			TestImports: slices.Concat(p.TestImports, p.XTestImports),
		})
	}
	return found
}

func identifiers(t *testing.T, file string) []string {
	t.Helper()
	src, err := os.ReadFile(file)
	require.NoError(t, err)
	fset := token.NewFileSet()
	var s scanner.Scanner
	s.Init(fset.AddFile(file, fset.Base(), len(src)), src, func(pos token.Position, msg string) {
		t.Error(fmt.Sprint(pos, ": ", msg))
	}, 0)
	var names []string
	for {
		_, tok, lit := s.Scan()
		if tok == token.EOF {
			return names
		}
		if tok == token.IDENT {
			names = append(names, lit)
		}
	}
}
