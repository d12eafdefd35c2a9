// Package connqueue bounds how many connections may wait. A real client proceeds sooner, and
// reopens a connection that was closed.
package connqueue

import (
	"container/list"
	"io"
)

// Queue holds a limited number of connections and, above that, closes the longest waiting. It isn't
// safe for concurrent use: its owner already has a lock.
type Queue struct {
	most  int
	order *list.List // of io.Closer, oldest first
	at    map[io.Closer]*list.Element
}

// New returns a queue of at most so many connections.
func New(most int) *Queue {
	return &Queue{most: most, order: list.New(), at: map[io.Closer]*list.Element{}}
}

// Len returns how many are waiting.
func (q *Queue) Len() int { return len(q.at) }

// Add adds a waiting connection.
func (q *Queue) Add(conn io.Closer) {
	q.at[conn] = q.order.PushBack(conn)
	if len(q.at) <= q.most {
		return
	}
	oldest, _ := q.order.Remove(q.order.Front()).(io.Closer)
	delete(q.at, oldest)
	_ = oldest.Close() // there is nobody to tell
}

// Remove removes a connection, if it is waiting.
func (q *Queue) Remove(conn io.Closer) {
	if element, held := q.at[conn]; held {
		q.order.Remove(element)
		delete(q.at, conn)
	}
}

// Close closes all waiting connections.
func (q *Queue) Close() {
	for conn := range q.at {
		_ = conn.Close()
	}
}
