package connqueue_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/connqueue"
)

type conn struct{ closed bool }

func (c *conn) Close() error {
	c.closed = true
	return nil
}

// Above the limit the oldest is closed, but none that was removed.
func TestTheOldestGoes(t *testing.T) {
	t.Parallel()
	queue := connqueue.New(2)
	conns := make([]*conn, 4)
	for i := range conns {
		conns[i] = &conn{}
	}
	queue.Add(conns[0])
	queue.Add(conns[1])
	queue.Remove(conns[0])
	queue.Remove(conns[0])
	queue.Add(conns[2])
	require.Equal(t, 2, queue.Len())
	require.Equal(t, []*conn{{}, {}, {}, {}}, conns)
	queue.Add(conns[3])
	require.Equal(t, []*conn{{}, {closed: true}, {}, {}}, conns)
	queue.Close()
	require.Equal(t, []*conn{{}, {closed: true}, {closed: true}, {closed: true}}, conns)
}
