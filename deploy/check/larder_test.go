package check

import (
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// root returns the repository's root.
func root(tb testing.TB) string {
	tb.Helper()
	path, err := filepath.Abs("../..")
	require.NoError(tb, err)
	return path
}

func read(tb testing.TB, path ...string) string {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join(append([]string{root(tb)}, path...)...))
	require.NoError(tb, err)
	return string(text)
}

// run runs a program in the repository's root and returns its output.
func run(tb testing.TB, env []string, name string, args ...string) string {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), 5*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, name, args...)
	command.Dir = root(tb)
	command.Env = append(os.Environ(), env...)
	var complaints strings.Builder
	command.Stderr = &complaints
	output, err := command.Output()
	require.NoError(tb, err, "%s %s\n%s%s", name, strings.Join(args, " "), output, complaints.String())
	return string(output)
}

// TestMain builds larder once for the tests that run it.
func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "larder-check-")
	if err == nil {
		built := filepath.Join(folder, "larder")
		build := exec.CommandContext(context.Background(), "go", "build", "-o", built, "./cmd/larder")
		build.Dir, build.Stderr = filepath.Join("..", ".."), os.Stderr
		err = errors.Join(build.Run(), os.Setenv("LARDER", built))
	}
	code := 1
	if err == nil {
		code = m.Run()
	} else {
		_, _ = os.Stderr.WriteString("build larder: " + err.Error() + "\n")
	}
	_ = os.RemoveAll(folder)
	os.Exit(code)
}

// settings returns the variables that larder reads: the env tags of its flags.
func settings(tb testing.TB) map[string]bool {
	tb.Helper()
	files, err := filepath.Glob(filepath.Join(root(tb), "cmd", "larder", "*.go"))
	require.NoError(tb, err)
	names := map[string]bool{"GOMEMLIMIT": true} // Go's runtime reads it
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		require.NoError(tb, err)
		ast.Inspect(parsed, func(node ast.Node) bool {
			if field, ok := node.(*ast.Field); ok && field.Tag != nil {
				if name := reflect.StructTag(strings.Trim(field.Tag.Value, "`")).Get("env"); name != "" {
					names[name] = true
				}
			}
			return true
		})
	}
	require.Contains(tb, names, "LARDER_POSTGRES_URL")
	return names
}

// versions returns the images of deploy/versions.env, by variable.
func versions(tb testing.TB) map[string]string {
	tb.Helper()
	images := map[string]string{}
	for line := range strings.Lines(read(tb, "deploy", "versions.env")) {
		name, image, found := strings.Cut(strings.TrimSpace(line), "=")
		if found && !strings.HasPrefix(name, "#") {
			images[name] = image
		}
	}
	return images
}
