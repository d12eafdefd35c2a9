package httpserver

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"
)

// A proxy known by name is trusted about the caller's address, and nobody else is, whatever they
// send. A name that can't be resolved makes nobody a proxy.
func TestProxiesByName(t *testing.T) {
	t.Parallel()
	nginx := netip.MustParseAddr("10.1.2.3")
	found := func(_ context.Context, _, name string) ([]netip.Addr, error) {
		require.Equal(t, "nginx", name)
		return []netip.Addr{nginx}, nil
	}
	gone := func(context.Context, string, string) ([]netip.Addr, error) { return nil, errors.New("no such host") }
	for _, c := range []struct {
		lookUp        resolver
		from, said    string
		want, because string
	}{
		{found, "10.1.2.3:5", "203.0.113.9", "203.0.113.9", "nginx says who calls"},
		{found, "[::ffff:10.1.2.3]:5", "203.0.113.9", "203.0.113.9", "in whichever form"},
		{found, "10.1.2.3:5", "198.51.100.1, 203.0.113.9", "203.0.113.9", "the last is what nginx saw"},
		{found, "10.1.2.3:5", "", "10.1.2.3", "nothing was said"},
		{found, "10.1.2.3:5", "nonsense", "10.1.2.3", "nothing that is an address"},
		{found, "10.1.2.4:5", "203.0.113.9", "10.1.2.4", "a neighbour isn't nginx"},
		{gone, "10.1.2.3:5", "203.0.113.9", "10.1.2.3", "nobody is"},
	} {
		engine := gin.New()
		require.NoError(t, engine.SetTrustedProxies(nil))
		engine.Use(believeProxies([]string{"nginx"}, c.lookUp))
		engine.GET("/", func(ctx *gin.Context) { ctx.String(http.StatusOK, ctx.ClientIP()) })
		request := httptest.NewRequest(http.MethodGet, "/", nil)
		request.RemoteAddr = c.from
		if c.said != "" {
			request.Header.Set("X-Forwarded-For", c.said)
		}
		answer := httptest.NewRecorder()
		engine.ServeHTTP(answer, request)
		require.Equal(t, c.want, answer.Body.String(), c.because)
	}
}
