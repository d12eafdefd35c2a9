// Package antivirus scans uploads with clamd's INSTREAM command (clamd(8)).
package antivirus

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// ErrInfected means the scanner found something. The error text has its name.
var ErrInfected = errors.New("the virus scanner refuses the file")

// ErrAway means the scanner gave no verdict. Unscanned files must not be accepted.
var ErrAway = errors.New("the virus scanner gives no verdict")

const (
	chunkSize   = 64 << 10
	scanTimeout = 2 * time.Minute
)

// Clamd is a scanner at a socket. A nil Clamd accepts everything.
type Clamd struct{ network, address string }

// NewClamd returns a scanner for "/run/clamav/clamd.ctl" or "host:port"; nil for "".
func NewClamd(address string) *Clamd {
	switch {
	case address == "":
		return nil
	case strings.HasPrefix(address, "/"):
		return &Clamd{network: "unix", address: address}
	default:
		return &Clamd{network: "tcp", address: address}
	}
}

// Scan sends everything to the scanner. It returns ErrInfected or ErrAway.
func (c *Clamd) Scan(ctx context.Context, from io.Reader) error {
	if c == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, scanTimeout)
	defer cancel()
	conn, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, c.network, c.address)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrAway, err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	// The scanner may answer and close before everything is sent; that answer is valid.
	sent := send(conn, from)
	answer, err := bufio.NewReader(conn).ReadString(0)
	if err != nil && answer == "" {
		return fmt.Errorf("%w: %w", ErrAway, errors.Join(sent, err))
	}
	return verdict(strings.TrimRight(answer, "\x00\r\n"))
}

// send streams chunks, each prefixed with its length in network byte order, and an empty one at the
// end.
func send(to io.Writer, from io.Reader) error {
	if _, err := io.WriteString(to, "zINSTREAM\x00"); err != nil {
		return err
	}
	chunk := make([]byte, 4+chunkSize)
	for {
		n, err := io.ReadFull(from, chunk[4:])
		if n > 0 {
			binary.BigEndian.PutUint32(chunk, uint32(n))
			if _, err := to.Write(chunk[:4+n]); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			_, err = to.Write(make([]byte, 4))
			return err
		}
		if err != nil {
			return err
		}
	}
}

func verdict(answer string) error {
	answer = strings.TrimPrefix(answer, "stream: ")
	switch {
	case answer == "OK":
		return nil
	case strings.HasSuffix(answer, " FOUND"):
		return fmt.Errorf("%w: %s", ErrInfected, strings.TrimSuffix(answer, " FOUND"))
	default:
		return fmt.Errorf("%w: it says %q", ErrAway, answer)
	}
}
