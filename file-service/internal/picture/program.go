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

// Run is what a Drawer's process does: it reads a picture of any format, writes the result, and
// returns the exit code. args are the limits and the sizes. It limits the memory and time of the
// whole process, so it needs a process of its own.
func Run(args []string, in io.Reader, out, complaints io.Writer) int {
	within, left, err := boundsOf(args)
	var sizes []Size
	if err == nil {
		sizes, err = sizesOf(left)
	}
	if err == nil {
		err = within.hold()
	}
	if err == nil {
		err = readAndDraw(in, out, sizes, within.memory)
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

func readAndDraw(in io.Reader, out io.Writer, sizes []Size, memory int64) (err error) {
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
	drawn, err := drawSizes(bytes.NewReader(content), sizes, memory, grown*int64(len(content)))
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

// drawSizes keeps as many pixels while drawing as the largest size has.
func drawSizes(from io.ReadSeeker, sizes []Size, memory, held int64) (Drawn, error) {
	edge := 0
	for _, size := range sizes {
		edge = max(edge, size.Edge)
	}
	largest, err := readWithin(from, edge, memory, held)
	if err != nil {
		return Drawn{}, err
	}
	fitted := map[int]*Picture{edge: largest}
	drawn := Drawn{}
	smallest := largest
	for _, size := range sizes {
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
