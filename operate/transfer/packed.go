package transfer

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
)

// unpacked decompresses gzip, and returns anything else unchanged. It checks the bytes rather than
// a name, which standard input doesn't have.
func unpacked(from io.Reader) (io.Reader, error) {
	start := bufio.NewReader(from)
	if magic, _ := start.Peek(2); !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return start, nil // a read error occurs again
	}
	plain, err := gzip.NewReader(start)
	if err != nil {
		return nil, fmt.Errorf("unpack it: %w", err)
	}
	return plain, nil
}

// counter counts the bytes read.
type counter struct {
	from  io.Reader
	bytes int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	c.bytes += int64(n)
	return n, err
}
