package e2e_test

import (
	"bufio"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// The subscribers in docs, one in Go and one in JavaScript, hear each item once: what was asked for before
// they were there, while they were, and while they were away.
func TestDocumentedSubscribers(t *testing.T) {
	t.Parallel()
	s := larder.Start(t)
	ada := s.AddUser(t, "ada", "--grocery")
	ask := func(dish, item string) {
		recipe, _ := ada.Create(t, map[string]any{"name": dish, "ingredients": []any{map[string]any{"text": item}}})
		ada.Do(t, http.MethodPost, "/api/recipes/"+recipe.ID+"/grocery", map[string]any{}).Want(t, http.StatusAccepted)
	}
	goProgram, jsFolder := buildSubscriber(t), installSubscriber(t)
	feed := s.FeedURL(t)
	start := map[string]func() *subscriber{
		"go": func() *subscriber { return subscribe(t, "", goProgram, feed) },
		"js": func() *subscriber { return subscribe(t, jsFolder, "node", "subscriber.mjs", feed) },
	}
	ask("Soup", "1 l stock")
	running := map[string]*subscriber{}
	for name := range start {
		running[name] = start[name]()
		running[name].hears(t, "Soup: 1 l stock")
	}
	ask("Cake", "3 eggs")
	for _, one := range running {
		one.hears(t, "Cake: 3 eggs")
		one.stop()
	}
	ask("Salad", "2 tomatoes")
	for name := range start {
		start[name]().hears(t, "Salad: 2 tomatoes")
	}
}

func buildSubscriber(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "subscriber")
	command := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./docs/subscribers")
	command.Dir = larder.Root()
	out, err := command.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return program
}

// installSubscriber copies the JavaScript one and installs what it needs, as its package-lock.json has it.
func installSubscriber(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	require.NoError(t, os.CopyFS(folder, os.DirFS(filepath.Join(larder.Root(), "docs", "subscribers"))))
	command := exec.CommandContext(t.Context(), "npm", "ci", "--no-audit", "--no-fund")
	command.Dir = folder
	out, err := command.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return folder
}

type subscriber struct {
	lines <-chan string
	stop  func()
}

func subscribe(t *testing.T, folder, program string, args ...string) *subscriber {
	t.Helper()
	command := exec.CommandContext(t.Context(), program, args...)
	command.Dir = folder
	command.Stderr = t.Output()
	out, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	lines := make(chan string, 100)
	go func() {
		defer close(lines)
		for scanner := bufio.NewScanner(out); scanner.Scan(); {
			lines <- scanner.Text()
		}
	}()
	stop := func() {
		_ = command.Process.Kill()
		for range lines { // until it has ended
		}
		_ = command.Wait()
	}
	t.Cleanup(stop)
	return &subscriber{lines: lines, stop: stop}
}

// hears waits for the next line, which must be this one: anything else came twice, or not in order.
func (s *subscriber) hears(t *testing.T, want string) {
	t.Helper()
	select {
	case line := <-s.lines:
		require.Equal(t, want, line)
	case <-time.After(30 * time.Second):
		require.FailNow(t, "not heard", want)
	}
}
