package picture

import (
	"bufio"
	"errors"
	"io"
)

// Introducers of a GIF's blocks (GIF89a specification, appendix A).
const (
	gifExtension = 0x21
	gifImage     = 0x2c
	gifTrailer   = 0x3b

	gifHasTable  = 0x80
	gifTableBits = 0x07
)

// countFrames counts a GIF's frames, up to one more than maxFrames. It decodes nothing: the frames
// of a bomb are cheap to send and expensive to decode.
func countFrames(from io.Reader) (int, error) {
	r := &gifReader{in: bufio.NewReader(from)}
	screen := r.take(13)
	if r.err != nil {
		return 0, r.err
	}
	r.skipTable(screen[10])
	frames := 0
	for frames <= maxFrames {
		introducer := r.take(1)
		if r.err != nil {
			return frames, r.err
		}
		switch introducer[0] {
		case gifExtension:
			r.take(1)
			r.skipBlocks()
		case gifImage:
			frames++
			if head := r.take(9); r.err == nil {
				r.skipTable(head[8])
			}
			r.take(1) // LZW minimum code size
			r.skipBlocks()
		case gifTrailer:
			return frames, nil
		default:
			return frames, errors.New("a GIF with an unknown block")
		}
	}
	return frames, nil
}

// gifReader keeps the first error.
type gifReader struct {
	in  *bufio.Reader
	err error
}

func (r *gifReader) take(n int) []byte {
	if r.err != nil {
		return nil
	}
	bytes := make([]byte, n)
	_, r.err = io.ReadFull(r.in, bytes)
	return bytes
}

func (r *gifReader) skip(n int) {
	if r.err == nil {
		_, r.err = r.in.Discard(n)
	}
}

func (r *gifReader) skipTable(flags byte) {
	if flags&gifHasTable != 0 {
		r.skip(3 << (flags&gifTableBits + 1))
	}
}

func (r *gifReader) skipBlocks() {
	for r.err == nil {
		size := r.take(1)
		if r.err != nil || size[0] == 0 {
			return
		}
		r.skip(int(size[0]))
	}
}
