package queryhttp_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"larder.dev/events"
	"larder.dev/internal/identity"
	"larder.dev/internal/postgres"
	"larder.dev/internal/redis"
	"larder.dev/internal/testkit"
	"larder.dev/projectors/views"
	queryapi "larder.dev/query-api"
)

// kitchen is a user with one recipe in the cache.
type kitchen struct {
	redis  *redis.Client
	user   identity.User
	token  string
	recipe string
}

func newKitchen(b *testing.B) kitchen {
	b.Helper()
	client, err := redis.Open(b.Context(), testkit.Redis(b))
	require.NoError(b, err)
	b.Cleanup(func() { _ = client.Close() })
	k := kitchen{redis: client, user: identity.User{ID: uuid.NewString(), Name: "Ada"}, recipe: uuid.NewString()}
	k.token, err = identity.NewSessions(client).Create(b.Context(), k.user, "bench")
	require.NoError(b, err)

	soup := events.Recipe{
		ID: k.recipe, Name: "Soup", Version: 1, Notes: strings.Repeat("Stir. ", 100),
		Ingredients: make([]events.Ingredient, 8),
	}
	body, err := json.Marshal(soup)
	require.NoError(b, err)
	err = client.Set(b.Context(), views.CacheKey(k.user.ID, k.recipe), views.EncodeCached(soup, body, false), views.CacheTTL)
	require.NoError(b, err)
	return k
}

// larder is the query API as served. Its database is down: a cached recipe doesn't need it.
func (k kitchen) larder(b *testing.B) http.Handler {
	b.Helper()
	nobody := "postgres://larder:x@127.0.0.1:1/larder?sslmode=disable"
	pool, err := postgres.Open(b.Context(), nobody, postgres.Options{Application: "bench"})
	require.NoError(b, err)
	b.Cleanup(pool.Close)
	api, err := queryapi.New(queryapi.Deps{
		Redis: k.redis, Sessions: identity.NewSessions(k.redis), Primary: pool,
		Metrics: prometheus.NewRegistry(), Log: slog.New(slog.DiscardHandler),
	})
	require.NoError(b, err)
	return api.Handler()
}

// bare is the baseline: gin, two reads of the same keys, and the bytes.
func (k kitchen) bare() http.Handler {
	engine := gin.New()
	engine.GET("/api/recipes/:id", func(c *gin.Context) {
		if _, _, err := k.redis.Get(c.Request.Context(), "session"); err != nil {
			c.Status(http.StatusServiceUnavailable)
			return
		}
		value, _, err := k.redis.Get(c.Request.Context(), views.CacheKey(k.user.ID, c.Param("id")))
		if err != nil {
			c.Status(http.StatusServiceUnavailable)
			return
		}
		c.Data(http.StatusOK, "application/json", value)
	})
	return engine
}

// BenchmarkCachedDetail serves one cached recipe over HTTP: the query API with its session check,
// against a bare gin handler with two Redis reads. They alternate, so that other load on the
// machine affects both.
func BenchmarkCachedDetail(b *testing.B) {
	k := newKitchen(b)
	larder, bare := k.caller(b, k.larder(b)), k.caller(b, k.bare())
	var took [2]time.Duration
	for b.Loop() {
		for i, call := range []func() error{larder, bare} {
			start := time.Now()
			require.NoError(b, call())
			took[i] += time.Since(start)
		}
	}
	requests := float64(b.N * callers * callsOfEach)
	b.ReportMetric(requests/took[0].Seconds(), "larder-requests/s")
	b.ReportMetric(requests/took[1].Seconds(), "bare-requests/s")
	b.ReportMetric(took[1].Seconds()/took[0].Seconds(), "of-bare")
}

// A round is this many requests, from this many concurrent callers.
const (
	callers     = 16
	callsOfEach = 20
)

// caller serves a handler and returns a function that runs one round against it.
func (k kitchen) caller(b *testing.B, handler http.Handler) func() error {
	b.Helper()
	server := httptest.NewServer(handler)
	b.Cleanup(server.Close)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: callers}}
	return func() error {
		group, ctx := errgroup.WithContext(b.Context())
		for range callers {
			group.Go(func() error {
				for range callsOfEach {
					if err := k.ask(ctx, client, server.URL); err != nil {
						return err
					}
				}
				return nil
			})
		}
		return group.Wait()
	}
}

func (k kitchen) ask(ctx context.Context, client *http.Client, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/api/recipes/"+k.recipe, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+k.token)
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the server answered %s", response.Status)
	}
	_, err = io.Copy(io.Discard, response.Body)
	return err
}
