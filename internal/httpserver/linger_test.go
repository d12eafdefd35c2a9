package httpserver_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"larder.dev/internal/httpserver"
)

// writeThenRead sends a whole request before it reads the answer, as simple clients do.
func writeThenRead(t *testing.T, address, head string, body io.WriterTo) (*http.Response, error) {
	t.Helper()
	conn, err := net.DialTimeout("tcp", strings.TrimPrefix(address, "http://"), 5*time.Second)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(15*time.Second)))
	_, err = io.WriteString(conn, head+"\r\n")
	require.NoError(t, err)
	if _, err := body.WriteTo(conn); err != nil {
		return nil, fmt.Errorf("send the body: %w", err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	t.Cleanup(func() { _ = answer.Body.Close() })
	return answer, nil
}

func chunked(body []byte) *bytes.Buffer {
	var out bytes.Buffer
	for len(body) > 0 {
		n := min(len(body), 32<<10)
		fmt.Fprintf(&out, "%x\r\n%s\r\n", n, body[:n])
		body = body[n:]
	}
	out.WriteString("0\r\n\r\n")
	return &out
}

// A client that sends a refused body in full before reading gets the answer, and no reset.
func TestRefusedBodyIsReadOn(t *testing.T) {
	t.Parallel()
	engine := newEngine(t, httpserver.Options{})
	engine.POST("/thing", func(c *gin.Context) {
		if _, err := io.ReadAll(c.Request.Body); err != nil {
			httpserver.WriteProblem(c, httpserver.Problem{Status: http.StatusRequestEntityTooLarge})
		}
	})
	engine.POST("/closed", func(c *gin.Context) {
		httpserver.WriteProblem(c, httpserver.Problem{Status: http.StatusUnauthorized})
	})
	address, _ := serve(t, engine)
	body := bytes.Repeat([]byte("a"), 24<<20) // more than the system's buffers
	for path, status := range map[string]int{
		"/thing": http.StatusRequestEntityTooLarge, "/closed": http.StatusRequestEntityTooLarge, "/nothing": http.StatusRequestEntityTooLarge,
	} {
		for range 2 {
			head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: larder\r\nContent-Length: %d\r\n", path, len(body))
			answer, err := writeThenRead(t, address, head, bytes.NewBuffer(body))
			require.NoError(t, err, path)
			require.Equal(t, status, answer.StatusCode, path)
		}
	}
	for path, status := range map[string]int{
		"/thing": http.StatusRequestEntityTooLarge, "/closed": http.StatusUnauthorized, "/nothing": http.StatusNotFound,
	} {
		for range 2 {
			head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: larder\r\nTransfer-Encoding: chunked\r\n", path)
			answer, err := writeThenRead(t, address, head, chunked(body))
			require.NoError(t, err, path)
			require.Equal(t, status, answer.StatusCode, path)
		}
	}
}

// A client that waits for 100 Continue is refused at once, without lingering.
func TestRefusedBodyThatWasAskedFor(t *testing.T) {
	t.Parallel()
	address, _ := serve(t, newEngine(t, httpserver.Options{}))
	began := time.Now()
	answer, err := writeThenRead(t, address, "POST /nothing HTTP/1.1\r\nHost: larder\r\nContent-Length: 3000000\r\nExpect: 100-continue\r\n", &bytes.Buffer{})
	require.NoError(t, err)
	require.Equal(t, http.StatusRequestEntityTooLarge, answer.StatusCode)
	require.Less(t, time.Since(began), 5*time.Second)
}

// An endless refused body doesn't delay a stop.
func TestRefusedBodyHoldsUpNoStop(t *testing.T) {
	t.Parallel()
	address, stop := serve(t, newEngine(t, httpserver.Options{}))
	conn, err := net.Dial("tcp", strings.TrimPrefix(address, "http://"))
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	_, err = io.WriteString(conn, "POST /nothing HTTP/1.1\r\nHost: larder\r\nContent-Length: 300000\r\n\r\nabc")
	require.NoError(t, err)
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	defer func() { _ = answer.Body.Close() }()
	require.Equal(t, http.StatusNotFound, answer.StatusCode)
	began := time.Now()
	require.NoError(t, stop())
	require.Less(t, time.Since(began), 3*time.Second)
}
