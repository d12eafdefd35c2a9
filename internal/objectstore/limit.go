package objectstore

import "io"

// Limited reads at most so many bytes: beyond them it returns the error, at the first byte, and
// nothing of what it read with it.
func Limited(from io.Reader, most int64, beyond error) io.Reader {
	return &limited{from: from, left: most, beyond: beyond}
}

type limited struct {
	from   io.Reader
	left   int64
	beyond error
}

func (l *limited) Read(into []byte) (int, error) {
	n, err := l.from.Read(into)
	if l.left -= int64(n); l.left < 0 {
		return 0, l.beyond
	}
	return n, err
}
