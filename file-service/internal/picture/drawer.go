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
	// drawDeadline limits a process's wall-clock time. It exceeds the CPU limit, in case the
	// machine is busy.
	drawDeadline = 60 * time.Second
	maxDrawn     = 32 << 20 // total bytes of all sizes; 1,200 pixels square take 6 MB uncompressed
)

// The exit codes by which the program says why it drew nothing.
const (
	exitDrawn      = 0
	exitUnreadable = 3
	exitTooLarge   = 4
	exitNeedsMore  = 5
)

// ErrBusy means a picture can't be drawn now: too many are waiting, or the machine is too busy.
var ErrBusy = errors.New("no picture can be drawn just now")

// errNeedsMore means a picture needs more memory than it was given, but not more than there is.
var errNeedsMore = errors.New("the picture needs more memory")

// Drawn is a picture as pages show it.
type Drawn struct {
	Color string   `json:"color"` // #rrggbb, from Picture.Color
	Sizes [][]byte `json:"sizes"` // the requested sizes, in order
}

// Drawer draws each picture in a separate process, so no byte of a picture is decoded in this one.
// The process has limited memory and time, and ends with its picture.
type Drawer struct {
	program []string
	memory  int64
	slots   *slots
}

// DefaultMemory is the memory limit of a drawing process: what the largest picture needs.
const DefaultMemory = largeMemory

// NewDrawer returns a Drawer. program is the command that runs Run on the picture at its standard
// input; memory limits it, 0 meaning DefaultMemory. If that isn't enough for every
// picture, only one is drawn at a time.
func NewDrawer(program []string, memory int64) *Drawer {
	return &Drawer{program: program, memory: cmp.Or(memory, DefaultMemory), slots: newSlots()}
}

// Draw draws sizes of a person's picture. It waits for a free slot and for other pictures of the same
// person. It returns ErrUnreadable, ErrBomb if the picture exceeds the memory or time limit,
// ErrBusy, ErrTooManyWaiting, or the error of ctx or the reader.
func (d *Drawer) Draw(ctx context.Context, person string, from io.ReadSeeker, sizes ...Size) (Drawn, error) {
	drawn, err := d.drawWithin(ctx, person, from, sizes, ordinary().upTo(d.memory))
	if errors.Is(err, errNeedsMore) && d.memory > ordinary().memory {
		drawn, err = d.drawWithin(ctx, person, from, sizes, large().upTo(d.memory))
	}
	if errors.Is(err, errNeedsMore) {
		err = fmt.Errorf("more than %d bytes of memory: %w", d.memory, ErrBomb)
	}
	if err != nil {
		return Drawn{}, fmt.Errorf("draw a picture: %w", err)
	}
	return drawn, nil
}

func (d *Drawer) drawWithin(
	ctx context.Context, person string, from io.ReadSeeker, sizes []Size, within bounds,
) (Drawn, error) {
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
	return d.run(ctx, from, sizes, within)
}

func (d *Drawer) run(ctx context.Context, from io.Reader, sizes []Size, within bounds) (Drawn, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, drawDeadline, ErrBusy)
	defer cancel()
	words := slices.Concat(d.program, within.args())
	for _, size := range sizes {
		words = append(words, size.String())
	}
	command := exec.CommandContext(ctx, words[0], words[1:]...) //nolint:gosec // configured by this program
	// It needs none, and a decoder of untrusted bytes must not see secrets.
	command.Env = []string{}
	// On Ctrl-C this program shuts down in order and waits for its pictures, so don't signal them
	// too.
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
		return Drawn{}, source.failed // which made the picture look truncated
	}
	if err != nil {
		return Drawn{}, failure(ctx, err, said)
	}
	return readAnswer(answer.bytes, len(sizes))
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
	return fmt.Errorf("%w: %w: %s", ErrBomb, err, said) // it reported that, or hit a limit and was killed
}

var colorText = regexp.MustCompile(`^#[0-9a-f]{6}$`)

// readAnswer validates everything: a compromised decoder could write anything.
func readAnswer(text []byte, sizes int) (Drawn, error) {
	var drawn Drawn
	if err := json.NewDecoder(bytes.NewReader(text)).Decode(&drawn); err != nil {
		return Drawn{}, fmt.Errorf("%w: read what was drawn: %w", ErrUnreadable, err)
	}
	if !colorText.MatchString(drawn.Color) {
		return Drawn{}, fmt.Errorf("%w: no color", ErrUnreadable)
	}
	if len(drawn.Sizes) != sizes {
		return Drawn{}, fmt.Errorf("%w: %d sizes, not %d", ErrUnreadable, len(drawn.Sizes), sizes)
	}
	return drawn, nil
}

// source remembers an error reading the picture's bytes.
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

// tail keeps the beginning of a program's output: a runtime that runs out of memory prints a lot.
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

// bounded fails if it gets more than it has room for.
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
