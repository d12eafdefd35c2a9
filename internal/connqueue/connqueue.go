// Package connqueue bounds how many connections may wait for something. Whoever means to go on does so sooner, and opens
// another connection where this one is closed.
package connqueue

import (
	"container/list"
	"io"
)

// Queue holds so many connections, and closes the one that has waited longest of more. It isn't safe for use by several
// goroutines: whoever has it has a lock already.
type Queue struct {
	most  int
	order *list.List // of io.Closer, oldest first
	at    map[io.Closer]*list.Element
}

// New makes a queue of at most so many connections.
func New(most int) *Queue {
	return &Queue{most: most, order: list.New(), at: map[io.Closer]*list.Element{}}
}

// Len is how many wait.
func (q *Queue) Len() int { return len(q.at) }

// Add lets a connection wait.
func (q *Queue) Add(conn io.Closer) {
	q.at[conn] = q.order.PushBack(conn)
	if len(q.at) <= q.most {
		return
	}
	oldest, _ := q.order.Remove(q.order.Front()).(io.Closer)
	delete(q.at, oldest)
	_ = oldest.Close() // there is nobody to tell
}

// Remove takes a connection out that waits no more, if it does.
func (q *Queue) Remove(conn io.Closer) {
	if element, held := q.at[conn]; held {
		q.order.Remove(element)
		delete(q.at, conn)
	}
}

// Close closes all that wait.
func (q *Queue) Close() {
	for conn := range q.at {
		_ = conn.Close()
	}
}
