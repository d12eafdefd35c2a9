package bench

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// The bare server is this test binary, started with these variables.
const (
	bareRedisURL   = "BENCH_BARE_REDIS_URL"
	bareSessionKey = "BENCH_BARE_SESSION_KEY"
	bareRecipeKey  = "BENCH_BARE_RECIPE_KEY"
)

// startBare starts the bare server with the keys of the only session and of the recipe, and returns
// its address.
func startBare(b *testing.B, redisURL, recipe string) string {
	b.Helper()
	cache := larder.Redis(b, redisURL)
	program, err := os.Executable()
	require.NoError(b, err)
	command := exec.Command(program)
	command.Env = append(os.Environ(),
		bareRedisURL+"="+redisURL,
		bareSessionKey+"="+onlyKey(b, cache, "session:*"),
		bareRecipeKey+"="+onlyKey(b, cache, "recipe:*:"+recipe))
	command.Stderr = os.Stderr
	output, err := command.StdoutPipe()
	require.NoError(b, err)
	require.NoError(b, command.Start())
	b.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	address, err := bufio.NewReader(output).ReadString('\n')
	require.NoError(b, err)
	return "http://" + strings.TrimSpace(address)
}

func onlyKey(b *testing.B, cache *redis.Client, pattern string) string {
	b.Helper()
	keys, err := cache.Keys(b.Context(), pattern).Result()
	require.NoError(b, err)
	require.Len(b, keys, 1)
	return keys[0]
}

// serveBare prints its address, and serves until it is killed.
func serveBare() error {
	options, err := redis.ParseURL(os.Getenv(bareRedisURL))
	if err != nil {
		return err
	}
	options.PoolSize = 64 // as Larder's
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintln(os.Stdout, listener.Addr())
	server := &http.Server{
		Handler:           bareHandler(redis.NewClient(options), os.Getenv(bareSessionKey), os.Getenv(bareRecipeKey)),
		ReadHeaderTimeout: 5 * time.Second,
	}
	return server.Serve(listener)
}

// bareHandler reads a session and then a recipe, since the one must be checked before the other,
// and sends the bytes.
func bareHandler(cache *redis.Client, session, recipe string) http.Handler {
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.GET("/api/recipes/:id", func(c *gin.Context) {
		if err := cache.Get(c, session).Err(); err != nil {
			c.Status(http.StatusServiceUnavailable)
			return
		}
		body, err := cache.Get(c, recipe).Bytes()
		if err != nil {
			c.Status(http.StatusServiceUnavailable)
			return
		}
		c.Data(http.StatusOK, "application/json", body)
	})
	return engine
}
