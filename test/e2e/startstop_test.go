package e2e_test

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// stopWithin is how long a larder may take to stop while its clients stay connected.
const stopWithin = 3 * time.Second

// A first start and stop log no warnings, and commands that come before it is ready wait for it.
func TestFirstStartIsQuiet(t *testing.T) {
	t.Parallel()
	server := larder.New(t)
	server.Launch(t)
	lock := filepath.Join(server.DataDir, "lock")
	larder.Soon(t, deadline, func() string {
		if _, err := os.Stat(lock); err != nil {
			return err.Error()
		}
		return ""
	})
	added := server.Run(t, "long enough a password\n", "user", "add", "ada", "--password-stdin")
	require.Zero(t, added.Code, added.Stderr)
	server.Process(t).Ready(t)
	require.NotContains(t, server.Output(), "level=WARN")
	require.NotContains(t, server.Output(), "level=ERROR")

	server.Process(t).Signal(t, os.Interrupt)
	listed := server.Run(t, "", "user", "list") // waits for the stop, or finishes before it
	require.Zero(t, listed.Code, listed.Stderr)
	require.Contains(t, listed.Stdout, "ada")
	<-server.Process(t).Exited()
	require.NotContains(t, server.Output(), "level=WARN")
	require.NotContains(t, server.Output(), "level=ERROR")
}

// A larder stops within three seconds whatever its clients are doing: idle connections, new and
// kept alive, event streams, stalled uploads, and connections to each of its stores.
func TestStopsAtOnce(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	crowd(t, server)
	began := time.Now()
	server.Stop(t)
	took := time.Since(began)
	t.Logf("stopped in %s", took.Round(time.Millisecond))
	require.Less(t, took, stopWithin, server.Output())
}

// crowd connects clients of every kind, which stay.
func crowd(t *testing.T, server *larder.Server) {
	t.Helper()
	ada := server.AddUser(t, "ada")
	soup, _ := ada.Create(t, larder.Named("Soup"))
	host := strings.TrimPrefix(server.URL(), "http://")
	for range 3 {
		dialed(t, "tcp", host)
		kept := dialed(t, "tcp", host)
		write(t, kept, "GET /healthz HTTP/1.1\r\nHost: "+host+"\r\n\r\n")
		read(t, kept)
		stream := dialed(t, "tcp", host)
		write(t, stream, "GET /api/events HTTP/1.1\r\nHost: "+host+"\r\nAuthorization: Bearer "+ada.Token+"\r\n\r\n")
		read(t, stream)
		form := "--x\r\nContent-Disposition: form-data; name=file; filename=a.txt\r\n\r\nthe beginning"
		write(t, dialed(t, "tcp", host), "POST /api/recipes/"+soup.ID+"/files HTTP/1.1\r\nHost: "+host+"\r\nAuthorization: Bearer "+ada.Token+
			"\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 100000\r\n\r\n"+form)
		write(t, dialed(t, "tcp", host), "POST /api/recipes HTTP/1.1\r\nHost: "+host+"\r\nAuthorization: Bearer "+ada.Token+
			"\r\nContent-Type: application/json\r\nContent-Length: "+strconv.Itoa(1000)+"\r\n\r\n{")
	}
}

func dialed(t *testing.T, network, address string) net.Conn {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), network, address)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func write(t *testing.T, conn net.Conn, text string) {
	t.Helper()
	_, err := io.WriteString(conn, text)
	require.NoError(t, err)
}

// read waits for the beginning of an answer.
func read(t *testing.T, conn net.Conn) {
	t.Helper()
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(deadline)))
	_, err := conn.Read(make([]byte, 1))
	require.NoError(t, err)
}
