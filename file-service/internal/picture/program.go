package picture

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
)

// maxPicture bounds the bytes of a picture that is read from a pipe, or by a decoder that wants them all.
const maxPicture = 100 << 20

// Size is one size that is made of a picture.
type Size struct {
	Edge      int // the longer edge has at most so many pixels
	MediaType string
}

// Program is what a Drawer runs. It bounds the memory and the time of its whole process, and so is for a process of its
// own alone.
type Program struct {
	Sizes []Size // the largest edge decides how much of a picture is kept while it is drawn
}

// Run reads a picture of any format, writes what was drawn, and gives the code to exit with. args are the bounds.
func (p Program) Run(args []string, in *os.File, out, complaints io.Writer) int {
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

func (p Program) draw(in *os.File, out io.Writer, memory int64) (err error) {
	// A decoder that panics was given bytes that are no picture.
	defer func() {
		if failed := recover(); failed != nil {
			err = fmt.Errorf("%w: %v\n%s", ErrUnreadable, failed, debug.Stack())
		}
	}()
	from, err := seekable(in)
	if err != nil {
		return err
	}
	drawn, err := p.sizes(from, memory)
	if err != nil {
		return err
	}
	if err := json.NewEncoder(out).Encode(drawn); err != nil {
		return fmt.Errorf("write what was drawn: %w", err)
	}
	return nil
}

// seekable gives a file as it is, and what comes through a pipe once it is all here.
func seekable(in *os.File) (io.ReadSeeker, error) {
	if info, err := in.Stat(); err == nil && info.Mode().IsRegular() {
		return in, nil
	}
	content, err := readAll(in)
	if err != nil {
		return nil, err
	}
	return bytes.NewReader(content), nil
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

func (p Program) sizes(from io.ReadSeeker, memory int64) (Drawn, error) {
	edge := 0
	for _, size := range p.Sizes {
		edge = max(edge, size.Edge)
	}
	largest, err := readWithin(from, edge, memory)
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
