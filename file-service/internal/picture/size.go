package picture

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Size is one size to draw of a picture.
type Size struct {
	Edge      int // maximum pixels of the longer edge
	MediaType string
}

// String writes a size as an argument of the drawing process.
func (s Size) String() string { return strconv.Itoa(s.Edge) + ":" + s.MediaType }

// sizesOf parses what String wrote.
func sizesOf(args []string) ([]Size, error) {
	if len(args) == 0 {
		return nil, errors.New("call it with the sizes to draw")
	}
	sizes := make([]Size, len(args))
	for i, arg := range args {
		edge, mediaType, _ := strings.Cut(arg, ":")
		var err error
		if sizes[i].Edge, err = strconv.Atoi(edge); err != nil || sizes[i].Edge <= 0 {
			return nil, fmt.Errorf("%q is no size", arg)
		}
		sizes[i].MediaType = mediaType
	}
	return sizes, nil
}
