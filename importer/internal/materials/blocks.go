package materials

import (
	"errors"
	"io"
	"slices"
	"sync"

	"larder.dev/internal/objectstore"
)

// What is kept of a material that is being read: the directory at the end of an archive, which is
// read again for each picture, and the places that are read one after the other.
const (
	blockSize = 512 << 10
	blockMost = 4
)

// blocks reads a material a block at a time. A zip file is read 4 KB at a time, and each of these
// reads would be a request to an S3 server. Read and Seek go to the object itself.
type blocks struct {
	objectstore.Content
	size int64

	mu   sync.Mutex
	kept []block // the last one read is last
}

type block struct {
	at    int64 // a multiple of blockSize
	bytes []byte
}

// ReadAt implements io.ReaderAt.
func (b *blocks) ReadAt(into []byte, offset int64) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	done := 0
	for done < len(into) {
		at := offset + int64(done)
		if at >= b.size {
			return done, io.EOF
		}
		content, err := b.block(at - at%blockSize)
		if err != nil {
			return done, err
		}
		done += copy(into[done:], content[at%blockSize:])
	}
	return done, nil
}

// block returns the block that begins at an offset.
func (b *blocks) block(at int64) ([]byte, error) {
	if known := slices.IndexFunc(b.kept, func(k block) bool { return k.at == at }); known >= 0 {
		found := b.kept[known]
		b.kept = append(slices.Delete(b.kept, known, known+1), found)
		return found.bytes, nil
	}
	var content []byte
	if len(b.kept) == blockMost {
		content = b.kept[0].bytes[:cap(b.kept[0].bytes)]
		b.kept = slices.Delete(b.kept, 0, 1)
	} else {
		content = make([]byte, blockSize)
	}
	content = content[:min(blockSize, b.size-at)]
	if n, err := b.Content.ReadAt(content, at); n < len(content) {
		if err == nil || errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF // it has become shorter
		}
		return nil, err
	}
	b.kept = append(b.kept, block{at: at, bytes: content})
	return content, nil
}
