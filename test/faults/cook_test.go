package faults_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// cook writes as fast as answers come, and remembers what was acknowledged. Only its own goroutine
// touches it, or the test once that has ended.
type cook struct {
	client    *larder.Client
	random    *rand.Rand
	recipes   map[string]*dish     // by id; no other cook of the user has these
	groceries map[string]time.Time // request id → when it was acknowledged
	count     counts
	pending   *command      // sent, outcome unknown
	kept      *command      // the last acknowledged one with a key,
	answer    larder.Answer // and its answer
	broken    error         // an impossible answer
	insists   bool          // each command has a key, so that it can be resent until it is answered
}

// counts are the outcomes of a cook's requests.
type counts struct {
	sent, acknowledged, refused int
	unanswered, done            int // done are the unanswered that the server did anyway
}

// dish is a recipe's expected state.
type dish struct {
	name    string
	rows    int
	version int64
	deleted bool
}

// command is one write. A key makes it safe to resend; without one, the recipe's version reveals
// later whether it was done.
type command struct {
	request larder.Request
	wants   int                              // the expected status
	done    func(answer larder.Answer) error // remembers it
	key     string                           // "" for none
	id      string                           // the recipe's, if the cook knows it
	before  int64                            // the recipe's version before
	assume  func()                           // remembers it if no answer came; nil for a refusal
}

func newCook(client *larder.Client, seed uint64) *cook {
	return &cook{client: client, random: rand.New(rand.NewPCG(seed, 1)), recipes: map[string]*dish{}, groceries: map[string]time.Time{}}
}

// work writes until the server is gone. It signals the first answer.
func (c *cook) work(underWay chan<- struct{}) {
	said := false
	say := func() {
		if !said {
			said = true
			underWay <- struct{}{}
		}
	}
	defer say()
	for {
		c.pending = c.next()
		if err := c.send(); err != nil {
			return
		}
		say()
		if c.broken != nil {
			return
		}
	}
}

// answered sends a request. nginx reporting an unresponsive component counts as no answer.
func answered(client *larder.Client, request larder.Request) (larder.Answer, error) {
	answer, err := client.Try(request)
	if err == nil && answer.Status == http.StatusServiceUnavailable && bytes.Contains(answer.Body, []byte("does not answer; try again")) {
		err = fmt.Errorf("%s %s: nginx got no answer", request.Method, request.Path)
	}
	return answer, err
}

// send sends the pending command. An error means that no answer came, and that it stays pending.
func (c *cook) send() error {
	sent := c.pending
	c.count.sent++
	answer, err := answered(c.client, sent.request)
	if err != nil {
		return err
	}
	c.take(answer)
	return nil
}

// take records the pending command's answer.
func (c *cook) take(answer larder.Answer) {
	sent := c.pending
	if answer.Status != sent.wants {
		c.broken = fmt.Errorf("%s %s: status %d, want %d: %s",
			sent.request.Method, sent.request.Path, answer.Status, sent.wants, answer.Body)
		return
	}
	c.pending = nil
	if sent.done == nil {
		c.count.refused++
		return
	}
	c.count.acknowledged++
	c.broken = sent.done(answer)
	if sent.key != "" {
		c.kept, c.answer = sent, answer
	}
}

// catchUp finds out what became of the unanswered request. One with a key is resent: it is done
// now, whether or not it was before. Without a key either outcome is right, and the rows say which
// it was.
func (c *cook) catchUp(t *testing.T, primary *pgx.Conn) {
	t.Helper()
	c.repeat(t)
	if c.pending == nil {
		return
	}
	c.count.unanswered++
	done := c.pending.wasDone(t, primary, c.client.User.ID)
	if done {
		c.count.done++
	}
	switch {
	case c.pending.key != "":
		require.NoError(t, c.send())
		require.NoError(t, c.broken, "sent again after the kill")
	case done:
		c.pending.assume()
	}
	c.pending = nil
}

// repeat resends an acknowledged request: the answer is the first one, even across a kill. verify
// checks that nothing is done twice.
func (c *cook) repeat(t *testing.T) {
	t.Helper()
	if c.kept == nil {
		return
	}
	again, err := c.client.Try(c.kept.request)
	require.NoError(t, err)
	require.Equal(t, c.answer.Status, again.Status, "%s", again.Body)
	require.Equal(t, string(c.answer.Body), string(again.Body), "the first answer, given again")
}

// wasDone inspects the rows.
func (m *command) wasDone(t *testing.T, primary *pgx.Conn, user string) (done bool) {
	t.Helper()
	query, args := "SELECT EXISTS (SELECT FROM idempotency_keys WHERE user_id = $1 AND key = $2)", []any{user, m.key}
	if m.key == "" {
		query = "SELECT EXISTS (SELECT FROM recipes WHERE user_id = $1 AND id = $2 AND version > $3)"
		args = []any{user, m.id, m.before}
	}
	require.NoError(t, primary.QueryRow(t.Context(), query, args...).Scan(&done))
	return done && (m.key != "" || m.assume != nil)
}

// next chooses what to write.
func (c *cook) next() *command {
	id, d := c.any()
	switch draw := c.random.IntN(20); {
	case d == nil || draw < 7:
		return c.create()
	case draw < 13:
		return c.replace(id, d)
	case draw < 15:
		return c.remove(id, d)
	case draw < 16:
		return c.stale(id, d)
	default:
		return c.shop(id)
	}
}

// any picks an existing recipe. The list is sorted, so that a seed repeats the choice.
func (c *cook) any() (string, *dish) {
	var ids []string
	for id, d := range c.recipes {
		if !d.deleted {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return "", nil
	}
	slices.Sort(ids)
	id := ids[c.random.IntN(len(ids))]
	return id, c.recipes[id]
}

// row is an ingredient's text. It names its recipe's write, so that rows of different writes can't
// be confused.
func row(name string, i int) string { return fmt.Sprintf("%d g of %s", i+1, name) }

// of ends every name, so that a recipe reveals its owner.
func (c *cook) of() string { return " of " + c.client.User.Name }

func (c *cook) body() (name string, rows int, body map[string]any) {
	name = fmt.Sprintf("Dish %08x", c.random.Uint32()) + c.of()
	rows = 1 + c.random.IntN(8)
	ingredients := make([]any, rows)
	for i := range ingredients {
		ingredients[i] = map[string]any{"text": row(name, i)}
	}
	return name, rows, map[string]any{"name": name, "servings": 2, "ingredients": ingredients}
}

// keyed returns a command that may be resent.
func keyed(method, path string, body any, headers ...string) *command {
	key := uuid.NewString()
	made := plain(method, path, body, append(headers, "Idempotency-Key", key)...)
	made.key = key
	return made
}

func plain(method, path string, body any, headers ...string) *command {
	return &command{request: larder.Request{Method: method, Path: path, Body: body, Headers: headers}}
}

// either returns a command with or without a key.
func (c *cook) either(method, path string, body any, headers ...string) *command {
	if !c.insists && c.random.IntN(3) == 0 {
		return plain(method, path, body, headers...)
	}
	return keyed(method, path, body, headers...)
}

// create adds a recipe, half of the time with the cook's own id. Without that and without a key,
// nobody could tell what became of it.
func (c *cook) create() *command {
	name, rows, body := c.body()
	want := dish{name: name, rows: rows, version: 1}
	made := keyed(http.MethodPost, "/api/recipes", body)
	if c.random.IntN(2) == 0 {
		id := uuid.NewString()
		made = c.either(http.MethodPut, "/api/recipes/"+id, body, "If-None-Match", "*")
		made.id, made.assume = id, func() { c.recipes[id] = &want }
	}
	made.wants = http.StatusCreated
	made.done = func(answer larder.Answer) error { return c.keep(answer, want) }
	return made
}

func (c *cook) replace(id string, d *dish) *command {
	name, rows, body := c.body()
	want := dish{name: name, rows: rows, version: d.version + 1}
	made := c.either(http.MethodPut, "/api/recipes/"+id, body, "If-Match", fmt.Sprintf(`"%d"`, d.version))
	made.id, made.before, made.assume = id, d.version, func() { c.recipes[id] = &want }
	made.wants = http.StatusOK
	made.done = func(answer larder.Answer) error { return c.keep(answer, want) }
	return made
}

// stale replaces an outdated version. It is refused, and must have no effect.
func (c *cook) stale(id string, d *dish) *command {
	_, _, body := c.body()
	made := plain(http.MethodPut, "/api/recipes/"+id, body, "If-Match", fmt.Sprintf(`"%d"`, d.version+1))
	made.id, made.before, made.wants = id, d.version, http.StatusPreconditionFailed
	return made
}

func (c *cook) remove(id string, d *dish) *command {
	made := c.either(http.MethodDelete, "/api/recipes/"+id, nil)
	made.id, made.before, made.wants = id, d.version, http.StatusNoContent
	made.assume = func() {
		c.recipes[id] = &dish{name: d.name, rows: d.rows, version: d.version + 1, deleted: true}
	}
	made.done = func(larder.Answer) error {
		made.assume()
		return nil
	}
	return made
}

func (c *cook) shop(id string) *command {
	made := keyed(http.MethodPost, "/api/recipes/"+id+"/grocery", map[string]any{"servings": 4})
	made.wants = http.StatusAccepted
	made.done = func(answer larder.Answer) error {
		request, err := answer.Grocery()
		if err != nil {
			return err
		}
		c.groceries[request.RequestID] = time.Now()
		return nil
	}
	return made
}

// keep records a recipe, and checks that its answer was for this write.
func (c *cook) keep(answer larder.Answer, want dish) error {
	got, err := answer.TryRecipe()
	if err != nil {
		return err
	}
	if got.Name != want.name || got.Version != want.version || len(got.Ingredients) != want.rows {
		return fmt.Errorf("the answer is of %q version %d with %d rows, want %q version %d with %d",
			got.Name, got.Version, len(got.Ingredients), want.name, want.version, want.rows)
	}
	c.recipes[got.ID] = &want
	return nil
}
