package httpserver_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"larder.dev/internal/httpserver"
	"larder.dev/internal/limits"
)

// watched records whether anybody has read from it.
type watched struct {
	io.Reader

	read bool
}

func (w *watched) Read(into []byte) (int, error) {
	w.read = true
	return w.Reader.Read(into)
}

// A body above a person's byte rate waits, and far above it is refused before it is read; one of
// undeclared length is refused once it is that long. Nobody else's is.
func TestVolume(t *testing.T) {
	t.Parallel()
	const body = `{"name": "a thing"}`
	validate := validation(t)
	for name, length := range map[string]int64{"of a length": int64(len(body)), "without one": -1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				throttle, err := limits.New(limits.Limits{limits.Volume: {PerSecond: len(body)}}, nil)
				require.NoError(t, err)
				engine := newEngine(t, httpserver.Options{})
				who := func(c *gin.Context) string { return c.GetHeader("Person") }
				engine.POST("/things", httpserver.Volume(throttle, who), validate, func(c *gin.Context) { c.Status(http.StatusCreated) })
				send := func(who string) (answer *httptest.ResponseRecorder, read bool) {
					content := &watched{Reader: strings.NewReader(body)}
					request := httptest.NewRequest(http.MethodPost, "/things", content)
					request.ContentLength = length
					request.Header.Set("Person", who)
					request.Header.Set("Content-Type", "application/json")
					answer = httptest.NewRecorder()
					engine.ServeHTTP(answer, request)
					return answer, content.read
				}
				for range 2 {
					answer, _ := send("ada")
					require.Equal(t, http.StatusCreated, answer.Code, answer.Body)
				}
				waiting := make(chan int, 2)
				for range cap(waiting) {
					go func() { answer, _ := send("ada"); waiting <- answer.Code }()
				}
				synctest.Wait() // the next body would wait for three seconds
				answer, read := send("ada")
				require.Equal(t, http.StatusTooManyRequests, answer.Code, answer.Body)
				require.Equal(t, "1", answer.Header().Get("Retry-After"))
				require.Contains(t, answer.Body.String(), `"kind":"write_bytes"`)
				require.Equal(t, length < 0, read)
				answer, _ = send("bob")
				require.Equal(t, http.StatusCreated, answer.Code, answer.Body)
				require.Equal(t, http.StatusCreated, <-waiting)
				require.Equal(t, http.StatusCreated, <-waiting)
			})
		})
	}
}
