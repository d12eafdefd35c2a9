package e2e_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// The subscribers in docs, one in Go and one in JavaScript, get each item once: requests from
// before they started, while they ran, and while they were down.
func TestDocumentedSubscribers(t *testing.T) {
	t.Parallel()
	s := larder.Start(t)
	ada := s.AddUser(t, "ada", "--grocery")
	ask := func(dish, item string) {
		recipe, _ := ada.Create(t, map[string]any{"name": dish, "ingredients": []any{map[string]any{"text": item}}})
		ada.Do(t, http.MethodPost, "/api/recipes/"+recipe.ID+"/grocery", map[string]any{}).Want(t, http.StatusAccepted)
	}
	goProgram, jsFolder := buildSubscriber(t), installSubscriber(t)
	own := addSubscriber(t, s, "my-subscriber-js")
	feed := s.FeedURL(t) // the address for any program
	start := map[string]func() *subscriber{
		"go": func() *subscriber { return subscribe(t, "", goProgram, feed) },
		"js": func() *subscriber { return subscribe(t, jsFolder, "node", "subscriber.mjs", own) },
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

// An added subscriber reads through its own consumer while larder runs, and takes nothing from the
// grocery app; nor does the address for any program. Refusals are immediate, and not larder's
// errors. Removing it disconnects it.
func TestSubscriberCommands(t *testing.T) {
	t.Parallel()
	s := larder.Start(t)
	ada := s.AddUser(t, "ada", "--grocery")
	recipe, _ := ada.Create(t, map[string]any{"name": "Soup", "ingredients": []any{map[string]any{"text": "1 l stock"}}})
	address := addSubscriber(t, s, "pantry")
	require.Contains(t, s.MustRun(t, "", "subscriber", "list").Stdout, "pantry")
	require.Equal(t, 1, s.Run(t, "", "subscriber", "add", "grocery-app").Code, "a name of larder's own")

	refusals := make(chan error, 8)
	ended := make(chan struct{})
	conn, err := nats.Connect(address, nats.NoReconnect(), nats.ClosedHandler(func(*nats.Conn) { close(ended) }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { refusals <- err }))
	require.NoError(t, err)
	js, err := jetstream.New(conn)
	require.NoError(t, err)
	own, err := js.CreateOrUpdateConsumer(t.Context(), "GROCERY", jetstream.ConsumerConfig{Durable: "pantry"})
	require.NoError(t, err)
	ada.Do(t, http.MethodPost, "/api/recipes/"+recipe.ID+"/grocery", map[string]any{}).Want(t, http.StatusAccepted)
	message, err := own.Next(jetstream.FetchMaxWait(deadline))
	require.NoError(t, err)
	require.NoError(t, message.DoubleAck(t.Context()))
	anybody, err := nats.Connect(s.FeedURL(t), nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { refusals <- err }))
	require.NoError(t, err)
	t.Cleanup(anybody.Close)
	for _, conn := range []*nats.Conn{conn, anybody} {
		require.NoError(t, conn.PublishRequest("$JS.API.CONSUMER.MSG.NEXT.GROCERY.grocery-app", nats.NewInbox(), nil))
		select {
		case err := <-refusals:
			require.ErrorIs(t, err, nats.ErrPermissionViolation)
		case <-time.After(deadline):
			require.FailNow(t, "the refusal isn't told")
		}
	}
	s.MustRun(t, "", "subscriber", "remove", "pantry")
	<-ended
	require.Equal(t, 1, s.Run(t, "", "subscriber", "remove", "pantry").Code)
	require.NotContains(t, s.Output(), "level=ERROR")
	require.NotContains(t, s.Output(), `"level":"ERROR"`)
	require.Contains(t, s.MustRun(t, "", "reconcile").Stdout, "nothing is missing, stale or too much")
}

// addSubscriber returns a new subscriber's address.
func addSubscriber(t *testing.T, s *larder.Server, name string) string {
	t.Helper()
	var added struct {
		URL string `json:"url"`
	}
	require.NoError(t, json.Unmarshal([]byte(s.MustRun(t, "", "subscriber", "add", name, "--json").Stdout), &added))
	return added.URL
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

// installSubscriber copies the JavaScript one and installs its dependencies from its
// package-lock.json.
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

// hears waits for the next line, which must be this one: any other is a duplicate, or out of order.
func (s *subscriber) hears(t *testing.T, want string) {
	t.Helper()
	select {
	case line := <-s.lines:
		require.Equal(t, want, line)
	case <-time.After(30 * time.Second):
		require.FailNow(t, "not heard", want)
	}
}
