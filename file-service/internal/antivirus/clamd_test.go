package antivirus_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/file-service/internal/antivirus"
	"larder.dev/internal/testkit"
)

// peer speaks clamd's protocol (clamd(8), INSTREAM) for one connection and detects EICAR. It isn't
// clamd, whose signature database is too large for a test.
func peer(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		in := bufio.NewReader(conn)
		if command, _ := in.ReadString(0); command != "zINSTREAM\x00" {
			_, _ = io.WriteString(conn, "UNKNOWN COMMAND\x00")
			return
		}
		var content bytes.Buffer
		for {
			var size uint32
			if binary.Read(in, binary.BigEndian, &size) != nil {
				return
			}
			if size == 0 {
				break
			}
			_, _ = io.CopyN(&content, in, int64(size))
		}
		answer := "stream: OK\x00"
		if strings.Contains(content.String(), "EICAR") {
			answer = "stream: Eicar-Signature FOUND\x00"
		}
		_, _ = io.WriteString(conn, answer)
	}()
	return listener.Addr().String()
}

// Clean bytes pass, a detection is refused by its name, and no answer is no pass.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	ctx := testkit.Context(t)
	large := strings.Repeat("x", 200_000)
	require.NoError(t, antivirus.NewClamd(peer(t)).Scan(ctx, strings.NewReader(large)))
	err := antivirus.NewClamd(peer(t)).Scan(ctx, strings.NewReader(large+"EICAR"))
	require.ErrorIs(t, err, antivirus.ErrInfected)
	require.ErrorContains(t, err, "Eicar-Signature")
	require.ErrorIs(t, antivirus.NewClamd("127.0.0.1:1").Scan(ctx, strings.NewReader("x")), antivirus.ErrAway)
	require.NoError(t, antivirus.NewClamd("").Scan(ctx, strings.NewReader("EICAR")), "off where it isn't configured")
}
