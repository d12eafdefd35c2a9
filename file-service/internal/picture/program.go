package picture

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
)

// maxPicture limits a picture's bytes.
const maxPicture = 100 << 20

// Size is one size to draw of a picture.
type Size struct {
	Edge      int // maximum pixels of the longer edge
	MediaType string
}

// Program is what a Drawer runs. It limits the memory and time of the whole process, so it needs a
// process of its own.
type Program struct {
	Sizes []Size // the largest edge determines how many pixels are kept while drawing
}

// Run reads a picture of any format, writes the result, and returns the exit code. args are the
// limits.
func (p Program) Run(args []string, in io.Reader, out, complaints io.Writer) int {
	within, err := boundsOf(args)
	if err == nil {
		err = within.hold()
	}
	if err == nil {
		err = p.draw(in, out, within.memory)
	}
	if err == nil {
		return exitDrawn
	}
	fmt.Fprintln(complaints, err)
	switch {
	case errors.Is(err, ErrUnreadable):
		return exitUnreadable
	case errors.Is(err, errNeedsMore):
		return exitNeedsMore
	default:
		return exitTooLarge
	}
}

func (p Program) draw(in io.Reader, out io.Writer, memory int64) (err error) {
	// If a decoder panics, the bytes aren't a valid picture.
	defer func() {
		if failed := recover(); failed != nil {
			err = fmt.Errorf("%w: %v\n%s", ErrUnreadable, failed, debug.Stack())
		}
	}()
	content, err := readAll(in)
	if err != nil {
		return err
	}
	const grown = 2 // while growing, the buffer existed in two lengths
	drawn, err := p.sizes(bytes.NewReader(content), memory, grown*int64(len(content)))
	if err != nil {
		return err
	}
	if err := json.NewEncoder(out).Encode(drawn); err != nil {
		return fmt.Errorf("write what was drawn: %w", err)
	}
	return nil
}

func readAll(from io.Reader) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(from, maxPicture+1))
	if err != nil {
		return nil, fmt.Errorf("read the picture: %w", err)
	}
	if len(content) > maxPicture {
		return nil, fmt.Errorf("more than %d bytes: %w", maxPicture, ErrBomb)
	}
	return content, nil
}

func (p Program) sizes(from io.ReadSeeker, memory, held int64) (Drawn, error) {
	edge := 0
	for _, size := range p.Sizes {
		edge = max(edge, size.Edge)
	}
	largest, err := readWithin(from, edge, memory, held)
	if err != nil {
		return Drawn{}, err
	}
	fitted := map[int]*Picture{edge: largest}
	drawn := Drawn{}
	smallest := largest
	for _, size := range p.Sizes {
		if fitted[size.Edge] == nil {
			fitted[size.Edge] = largest.Fit(size.Edge)
		}
		if size.Edge < edge {
			edge, smallest = size.Edge, fitted[size.Edge]
		}
		var encoded bytes.Buffer
		if err := fitted[size.Edge].Write(&encoded, size.MediaType); err != nil {
			return Drawn{}, err
		}
		drawn.Sizes = append(drawn.Sizes, encoded.Bytes())
	}
	drawn.Color = smallest.Color()
	return drawn, nil
}
