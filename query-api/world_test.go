package queryapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	commandapi "larder.dev/command-api"
	"larder.dev/events"
	"larder.dev/internal/identity"
	"larder.dev/internal/postgres"
	"larder.dev/internal/readyourwrites"
	"larder.dev/internal/redis"
	"larder.dev/internal/searchindex"
	"larder.dev/internal/testkit"
	"larder.dev/internal/testkit/indexkit"
	"larder.dev/projectors/views"
	queryapi "larder.dev/query-api"
	rules "larder.dev/recipe"
)

// world is the read side over real stores. It also plays the write side and the projections, so
// that a test decides how far behind a view is.
type world struct {
	t       testing.TB
	db      *pgxpool.Pool
	redis   *redis.Client
	stop    func() // stops Redis
	index   searchindex.Index
	api     *queryapi.API
	handler http.Handler
	spec    *openapi3.T
	routes  routers.Router
}

// newWorld returns a world. Each option changes the API's dependencies.
func newWorld(t testing.TB, options ...func(*queryapi.Deps)) *world {
	t.Helper()
	redisURL, stop := testkit.StoppableRedis(t)
	w := &world{
		t: t, stop: stop,
		db:    open(t, testkit.Postgres(t, migrate)),
		redis: openRedis(t, redisURL),
		index: openIndex(t),
	}
	deps := queryapi.Deps{
		Redis: w.redis, Sessions: identity.NewSessions(w.redis), Primary: w.db, Index: w.index,
		Log: testkit.Logger(t),
	}
	for _, option := range options {
		option(&deps)
	}
	api, err := queryapi.New(deps)
	require.NoError(t, err)
	w.api, w.handler = api, api.Handler()
	w.spec, err = queryapi.OpenAPI()
	require.NoError(t, err)
	w.routes, err = legacy.NewRouter(w.spec)
	require.NoError(t, err)
	return w
}

func migrate(ctx context.Context, url string) error {
	return commandapi.Migrate(ctx, url, slog.New(slog.DiscardHandler))
}

func open(t testing.TB, url string) *pgxpool.Pool {
	t.Helper()
	pool, err := postgres.Open(t.Context(), url, postgres.Options{Application: "query-api test", MaxConns: 4})
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	return pool
}

func openIndex(t testing.TB) searchindex.Index {
	t.Helper()
	return indexkit.Open(t)
}

func openRedis(t testing.TB, url string) *redis.Client {
	t.Helper()
	client, err := redis.Open(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// cook is a logged-in user.
type cook struct {
	w      *world
	id     string
	token  string
	change int64
}

func (w *world) cook(name string) *cook {
	w.t.Helper()
	user := identity.User{ID: uuid.NewString(), Name: name, Grocery: true}
	_, err := w.db.Exec(w.t.Context(), `INSERT INTO user_changes (user_id, change) VALUES ($1, 0)`, user.ID)
	require.NoError(w.t, err)
	token, err := identity.NewSessions(w.redis).Create(w.t.Context(), user, "test")
	require.NoError(w.t, err)
	return &cook{w: w, id: user.ID, token: token}
}

// recipe is a recipe with that name and every field set.
func recipe(name string, tags ...string) events.Recipe {
	now := time.Now().UTC().Truncate(time.Microsecond)
	return events.Recipe{
		ID: uuid.NewString(), Name: name, Description: "About " + name + " & <more>.",
		Servings: new(4.5), Yield: "12 <slices>", PrepMinutes: new(10), TotalMinutes: new(75),
		SourceURL: "https://example.org/?a=1&b=2", Author: "Élodie", Language: "pt-BR",
		Nutrition: events.Nutrition{Calories: "240 kcal", SugarContent: "≤ 3 g", ServingSize: "1 <slice>"},
		Tags:      append([]string{}, tags...), Notes: "Line one\nline two",
		Ingredients: []events.Ingredient{
			{Text: "2-3 eggs", Quantity: new(2.0), QuantityMax: new(3.0), Name: "eggs"},
			{Text: "1/3 cup (80-90.5 ml) milk", Quantity: new(1.0 / 3), Unit: "cup", Name: "milk", Note: "cold", Section: "Batter", Second: &events.SecondMeasure{
				Quantity: 80, QuantityMax: new(90.5), Unit: "ml", Relation: events.RelationSame,
			}},
		},
		Steps: []events.Step{{Text: "Mix.", Section: "Batter"}, {Text: "Bake."}},
		Files: []events.File{{ID: uuid.NewString(), Name: "a.jpg", MediaType: "image/jpeg", Size: 12, SHA256: "ab"}},

		Version: 1, CreatedAt: now, UpdatedAt: now,
	}
}

// write commits a recipe as the write side does, without updating any view.
func (c *cook) write(r events.Recipe) events.Recipe {
	c.w.t.Helper()
	c.store(c.w.db, r, false)
	return r
}

// delete commits a deletion and returns the recipe with the tombstone's version.
func (c *cook) delete(r events.Recipe) events.Recipe {
	c.w.t.Helper()
	r.Version++
	c.store(c.w.db, r, true)
	return r
}

// add writes a recipe and updates every view.
func (c *cook) add(r events.Recipe) events.Recipe {
	c.w.t.Helper()
	c.write(r)
	c.indexed(r, false)
	c.cached(r, false)
	return r
}

func (c *cook) store(db *pgxpool.Pool, r events.Recipe, deleted bool) {
	t := c.w.t
	t.Helper()
	ctx := t.Context()
	c.change++
	_, err := db.Exec(ctx, `UPDATE user_changes SET change = $2 WHERE user_id = $1`, c.id, c.change)
	require.NoError(t, err)
	_, err = db.Exec(ctx, `DELETE FROM recipes WHERE user_id = $1 AND id = $2`, c.id, r.ID)
	require.NoError(t, err)
	var deletedAt *time.Time
	if deleted {
		deletedAt = &r.UpdatedAt
	}
	_, err = db.Exec(ctx, `
		INSERT INTO recipes (user_id, id, version, change, name, description, servings, yield, prep_minutes, cook_minutes,
			total_minutes, source_url, author, language, nutrition, tags, notes, steps, files, favourite, rating,
			created_at, updated_at, deleted_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)`,
		c.id, r.ID, r.Version, c.change, r.Name, r.Description, r.Servings, r.Yield, r.PrepMinutes, r.CookMinutes,
		r.TotalMinutes, r.SourceURL, r.Author, r.Language, r.Nutrition, r.Tags, r.Notes, r.Steps, r.Files, r.Favourite, r.Rating,
		r.CreatedAt, r.UpdatedAt, deletedAt)
	require.NoError(t, err)
	_, err = db.Exec(ctx, `DELETE FROM ingredients WHERE user_id = $1 AND recipe_id = $2`, c.id, r.ID)
	require.NoError(t, err)
	for i, row := range r.Ingredients {
		_, err = db.Exec(ctx, `INSERT INTO ingredients VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			c.id, r.ID, i, row.Text, row.Quantity, row.QuantityMax, row.Unit, row.Name, row.Note, row.Section, row.Second)
		require.NoError(t, err)
	}
	what := events.RecipeUpdated
	if deleted {
		what = events.RecipeDeleted
	}
	_, err = db.Exec(ctx, `INSERT INTO event_log (event_id, user_id, type, schema_version, subject, version, change, time, data)
		VALUES ($1, $2, $3, 1, $4, $5, $6, $7, $8)`, uuid.NewString(), c.id, what,
		events.RecipeSubject(c.id, r.ID), r.Version, c.change, r.UpdatedAt, encode(t, r))
	require.NoError(t, err)
}

// indexed adds a recipe to the index as the projection does.
func (c *cook) indexed(r events.Recipe, deleted bool) {
	c.w.t.Helper()
	doc := searchindex.Document{
		ID: r.ID, Owner: c.id, Name: r.Name, Tags: r.Tags, Version: r.Version, Foods: rules.Foods(r.Ingredients),
		Minutes: rules.Minutes(r.TotalMinutes, r.PrepMinutes, r.CookMinutes), Created: r.CreatedAt, Updated: r.UpdatedAt,
		Favourite: r.Favourite, Rating: rules.Stars(r.Rating),
	}
	if deleted {
		doc = searchindex.Document{ID: r.ID, Owner: c.id, Version: r.Version, Deleted: true}
	}
	require.NoError(c.w.t, c.w.index.Apply(c.w.t.Context(), []searchindex.Document{doc}))
}

// cached adds a recipe to the cache as the projection does.
func (c *cook) cached(r events.Recipe, deleted bool) {
	c.w.t.Helper()
	value := views.EncodeTombstone(r.Version)
	if !deleted {
		value = views.EncodeCached(r, encode(c.w.t, r), false)
	}
	_, err := c.w.redis.SetNewer(c.w.t.Context(), []redis.Versioned{{
		Key: views.CacheKey(c.id, r.ID), Version: r.Version, Value: value, TTL: views.CacheTTL,
	}})
	require.NoError(c.w.t, err)
}

// noted leaves the mark of a write, as a command does before it answers.
func (c *cook) noted(r events.Recipe) {
	c.w.t.Helper()
	after := readyourwrites.After{ID: r.ID, Version: r.Version}
	require.NoError(c.w.t, readyourwrites.NewMarks(c.w.redis).Note(c.w.t.Context(), c.id, c.change, after))
}

// encode encodes JSON as the write side does: without HTML escapes.
func encode(t testing.TB, v any) []byte {
	t.Helper()
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	require.NoError(t, encoder.Encode(v))
	return bytes.TrimSuffix(text.Bytes(), []byte("\n"))
}

// answer is a recorded response.
type answer struct {
	t      testing.TB
	status int
	header http.Header
	body   []byte
}

// get sends a request and checks the answer against openapi.yaml. header holds name-value pairs.
func (c *cook) get(path string, header ...string) answer {
	c.w.t.Helper()
	return c.w.get(path, append(header, "Authorization", "Bearer "+c.token)...)
}

func (w *world) get(path string, header ...string) answer {
	w.t.Helper()
	request := httptest.NewRequestWithContext(w.t.Context(), http.MethodGet, path, nil)
	for pair := range slices.Chunk(header, 2) {
		request.Header.Set(pair[0], pair[1])
	}
	recorder := httptest.NewRecorder()
	w.handler.ServeHTTP(recorder, request)
	a := answer{t: w.t, status: recorder.Code, header: recorder.Header(), body: recorder.Body.Bytes()}
	w.checkAnswer(request, a)
	return a
}

func (w *world) checkAnswer(request *http.Request, a answer) {
	a.t.Helper()
	route, params, err := w.routes.FindRoute(request)
	if err != nil || strings.HasSuffix(request.URL.Path, "/") {
		return // not an API operation; this router ignores a trailing slash, gin doesn't
	}
	err = openapi3filter.ValidateResponse(request.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{
			Request: request, PathParams: params, Route: route,
		},
		Status: a.status, Header: a.header, Body: io.NopCloser(bytes.NewReader(a.body)),
		Options: &openapi3filter.Options{
			IncludeResponseStatus: true,
			ExcludeResponseBody:   !strings.Contains(a.header.Get("Content-Type"), "json") || a.header.Get("Content-Type") == "application/x-ndjson",
		},
	})
	require.NoError(a.t, err, "%s %s answered %d, %s", request.Method, request.URL, a.status, a.body)
}

// ok requires a 200 and decodes its body.
func (a answer) ok(into any) answer {
	a.t.Helper()
	require.Equal(a.t, http.StatusOK, a.status, "%s", a.body)
	require.NoError(a.t, json.Unmarshal(a.body, into))
	return a
}

func (a answer) servedBy() string { return a.header.Get("Larder-Served-By") }

// problem requires a problem with that status and returns its text.
func (a answer) problem(status int) string {
	a.t.Helper()
	require.Equal(a.t, status, a.status, "%s", a.body)
	require.True(a.t, strings.HasPrefix(a.header.Get("Content-Type"), "application/problem+json"))
	return string(a.body)
}

// page is the answer to a search.
type page struct {
	Items []struct {
		ID          string    `json:"id"`
		Name        string    `json:"name"`
		Version     int64     `json:"version"`
		Tags        []string  `json:"tags"`
		Servings    *float64  `json:"servings"`
		PrepMinutes *int      `json:"prep_minutes"`
		CookMinutes *int      `json:"cook_minutes"`
		UpdatedAt   time.Time `json:"updated_at"`
	} `json:"items"`
	Total      int     `json:"total"`
	Similar    int     `json:"similar"`
	NextCursor *string `json:"next_cursor"`
}

func (p page) names() []string {
	names := []string{}
	for _, item := range p.Items {
		names = append(names, item.Name)
	}
	return names
}

// deadDatabase returns a pool for an address where nothing listens.
func deadDatabase(t testing.TB) *pgxpool.Pool {
	t.Helper()
	return open(t, "postgres://larder:x@127.0.0.1:1/larder?sslmode=disable")
}
