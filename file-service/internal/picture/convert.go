package picture

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

// Bounds of one conversion, beside those of memory and processor time that the program sets for itself.
const (
	convertDeadline = 40 * time.Second
	maxConverted    = 4 * convertEdge * convertEdge * 2 // a PNG is never larger than its pixels by much
)

// The exit codes by which the program says why it gave no picture.
const (
	exitConverted  = 0
	exitUnreadable = 3
	exitTooLarge   = 4
)

// Converter reads photos of phones, HEIC and AVIF, in a process of its own: their decoders take up to a gigabyte and
// seconds, and give nothing of that back. The process has ended with its photo, or is killed.
type Converter struct {
	// Program is the command that answers a photo at its standard input with ConvertPhoto.
	Program []string
}

// Convert gives a photo as a PNG, upright, its longer edge at most 1,200 pixels. The error is ErrUnreadable, ErrBomb for
// one that takes more memory or time than there is for it, or that of the program.
func (c Converter) Convert(ctx context.Context, photo io.Reader) (*bytes.Reader, error) {
	if len(c.Program) == 0 {
		return nil, errors.New("there is no program that converts photos")
	}
	ctx, cancel := context.WithTimeoutCause(ctx, convertDeadline, ErrBomb)
	defer cancel()
	command := exec.CommandContext(ctx, c.Program[0], c.Program[1:]...) //nolint:gosec // of whoever put us together
	// It needs none, and no secret is for a decoder of strangers' bytes.
	command.Env = []string{}
	command.WaitDelay = time.Second
	said := &tail{}
	converted := &bounded{room: maxConverted}
	command.Stdin, command.Stdout, command.Stderr = photo, converted, said
	err := command.Run()
	if err == nil {
		return bytes.NewReader(converted.bytes), nil
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf("convert a photo: %w", context.Cause(ctx))
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return nil, fmt.Errorf("convert a photo: %w", err)
	}
	if exit.ExitCode() == exitUnreadable {
		return nil, fmt.Errorf("%w: %s", ErrUnreadable, said)
	}
	return nil, fmt.Errorf("%w: %w: %s", ErrBomb, err, said) // it said so, or met a bound and was ended
}

// tail keeps the beginning of what a program says: a runtime that runs out of memory says much.
type tail struct{ bytes []byte }

func (t *tail) Write(p []byte) (int, error) {
	const most = 300
	t.bytes = append(t.bytes, p[:min(len(p), most-len(t.bytes))]...)
	return len(p), nil
}

func (t *tail) String() string {
	line, _, _ := strings.Cut(string(t.bytes), "\n")
	return line
}

// bounded refuses more than it has room for.
type bounded struct {
	bytes []byte
	room  int
}

func (b *bounded) Write(p []byte) (int, error) {
	if len(b.bytes)+len(p) > b.room {
		return 0, errors.New("the converted photo is too large")
	}
	b.bytes = append(b.bytes, p...)
	return len(p), nil
}
