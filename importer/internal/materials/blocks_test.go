package materials

import (
	"bytes"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

// counted counts the reads of an object.
type counted struct {
	*bytes.Reader
	reads int
}

func (c *counted) ReadAt(into []byte, offset int64) (int, error) {
	c.reads++
	return c.Reader.ReadAt(into, offset)
}

func (c *counted) Close() error { return nil }

// What is read by blocks is what is there, at every offset and to the end, with few reads of the
// object.
func TestBlocks(t *testing.T) {
	t.Parallel()
	content := make([]byte, 5*blockSize+1234)
	random := rand.NewChaCha8([32]byte{})
	_, _ = random.Read(content)
	object := &counted{Reader: bytes.NewReader(content)}
	b := &blocks{Content: object, size: int64(len(content))}
	require.NoError(t, iotest.TestReader(io.NewSectionReader(b, 0, b.size), content))

	object.reads = 0
	into := make([]byte, 4096)
	for range 1000 { // the directory at the end, and one place after the other
		_, err := b.ReadAt(into, b.size-4096)
		require.NoError(t, err)
	}
	for at := int64(0); at+4096 < b.size; at += 4096 {
		_, err := b.ReadAt(into, at)
		require.NoError(t, err)
		require.Equal(t, content[at:at+4096], into)
		_, err = b.ReadAt(into, b.size-4096)
		require.NoError(t, err)
	}
	require.LessOrEqual(t, object.reads, 7)
	n, err := b.ReadAt(into, b.size-10)
	require.Equal(t, 10, n)
	require.ErrorIs(t, err, io.EOF)
}
