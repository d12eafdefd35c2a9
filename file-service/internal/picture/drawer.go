package picture

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"
)

const (
	// drawDeadline is the time on the clock that a process may take: more than its processor time, for a machine that is
	// busy with other things.
	drawDeadline = 60 * time.Second
	maxDrawn     = 32 << 20 // bytes of all sizes; 1,200 pixels square are 6 MB before they are packed
)

// The exit codes by which the program says why it drew nothing.
const (
	exitDrawn      = 0
	exitUnreadable = 3
	exitTooLarge   = 4
	exitNeedsMore  = 5
)

// ErrBusy is the error of a picture that can't be drawn just now: too many wait, or the machine is too busy.
var ErrBusy = errors.New("no picture can be drawn just now")

// errNeedsMore is the error of a picture for which there is more memory than it was given.
var errNeedsMore = errors.New("the picture needs more memory")

// Drawn is a picture as pages show it.
type Drawn struct {
	Color string   `json:"color"` // #rrggbb, as Picture.Color has it
	Sizes [][]byte `json:"sizes"` // as many as were asked for, in their order
}

// Drawer draws pictures, each in a process of its own: no byte of a picture is decoded in this one. The process is
// bounded in memory and time, and has ended with its picture.
type Drawer struct {
	program []string
	memory  int64
	slots   *slots
}

// DefaultMemory is what the process of a picture may take: as much as the largest needs.
const DefaultMemory = largeMemory

// NewDrawer makes a Drawer. program is the command that runs Program.Run for the picture at its standard input, memory
// what it may take; DefaultMemory where it is 0. Where that isn't enough for every picture one is drawn at a time.
func NewDrawer(program []string, memory int64) *Drawer {
	return &Drawer{program: program, memory: cmp.Or(memory, DefaultMemory), slots: newSlots()}
}

// Draw draws a person's picture. It waits while as many are drawn as may be, or another one of the same person. The
// error is ErrUnreadable, ErrBomb for what takes more memory or time than there is for a picture, ErrBusy,
// ErrTooManyWaiting, or that of ctx or of the reader.
func (d *Drawer) Draw(ctx context.Context, person string, from io.ReadSeeker) (Drawn, error) {
	drawn, err := d.drawWithin(ctx, person, from, ordinary().upTo(d.memory))
	if errors.Is(err, errNeedsMore) && d.memory > ordinary().memory {
		drawn, err = d.drawWithin(ctx, person, from, large().upTo(d.memory))
	}
	if errors.Is(err, errNeedsMore) {
		err = fmt.Errorf("more than %d bytes of memory: %w", d.memory, ErrBomb)
	}
	if err != nil {
		return Drawn{}, fmt.Errorf("draw a picture: %w", err)
	}
	return drawn, nil
}

func (d *Drawer) drawWithin(ctx context.Context, person string, from io.ReadSeeker, within bounds) (Drawn, error) {
	if len(d.program) == 0 {
		return Drawn{}, errors.New("there is no program that draws")
	}
	release, err := d.slots.take(ctx, person, within.memory > ordinary().memory || d.memory < DefaultMemory)
	if err != nil {
		return Drawn{}, err
	}
	defer release()
	if _, err := from.Seek(0, io.SeekStart); err != nil {
		return Drawn{}, fmt.Errorf("rewind: %w", err)
	}
	return d.run(ctx, from, within)
}

func (d *Drawer) run(ctx context.Context, from io.Reader, within bounds) (Drawn, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, drawDeadline, ErrBusy)
	defer cancel()
	words := slices.Concat(d.program, within.args())
	command := exec.CommandContext(ctx, words[0], words[1:]...) //nolint:gosec // of whoever put us together
	// It needs none, and no secret is for a decoder of strangers' bytes.
	command.Env = []string{}
	// An interrupt at a terminal ends this program in order, with the pictures that it waits for.
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.WaitDelay = time.Second
	said, answer := &tail{}, &bounded{room: maxDrawn}
	source := &source{from: from}
	command.Stdin, command.Stdout, command.Stderr = source, answer, said
	if err := command.Start(); err != nil {
		return Drawn{}, fmt.Errorf("%w: start: %w", ErrBusy, err)
	}
	err := command.Wait()
	if source.failed != nil {
		return Drawn{}, source.failed // and the picture looked as if it were broken off
	}
	if err != nil {
		return Drawn{}, failure(ctx, err, said)
	}
	return readAnswer(answer.bytes)
}

func failure(ctx context.Context, err error, said *tail) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return err
	}
	switch exit.ExitCode() {
	case exitUnreadable:
		return fmt.Errorf("%w: %s", ErrUnreadable, said)
	case exitNeedsMore:
		return errNeedsMore
	}
	return fmt.Errorf("%w: %w: %s", ErrBomb, err, said) // it said so, or met a bound and was ended
}

var colorText = regexp.MustCompile(`^#[0-9a-f]{6}$`)

// readAnswer believes nothing: a decoder that a picture has taken over could say anything.
func readAnswer(text []byte) (Drawn, error) {
	var drawn Drawn
	if err := json.NewDecoder(bytes.NewReader(text)).Decode(&drawn); err != nil {
		return Drawn{}, fmt.Errorf("%w: read what was drawn: %w", ErrUnreadable, err)
	}
	if !colorText.MatchString(drawn.Color) {
		return Drawn{}, fmt.Errorf("%w: no color", ErrUnreadable)
	}
	return drawn, nil
}

// source remembers that the bytes of a picture couldn't be read.
type source struct {
	from   io.Reader
	failed error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.from.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.failed = err
	}
	return n, err
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
		return 0, errors.New("what was drawn is too large")
	}
	b.bytes = append(b.bytes, p...)
	return len(p), nil
}
