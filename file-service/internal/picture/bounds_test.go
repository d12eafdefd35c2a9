package picture_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/file-service/internal/picture"
	"larder.dev/internal/testkit/pictures"
)

const (
	waitAtMost = 10 * time.Second
	pollEvery  = time.Millisecond
)

// Pictures that need too much are refused before decoding: too many pixels, frames or scans, or too
// much memory for their format.
func TestBombs(t *testing.T) {
	t.Parallel()
	heic, avif := photoFile(t, "photo.heic"), photoFile(t, "photo.avif")
	for name, content := range map[string][]byte{
		"pixels of a PNG":                   pictures.Claiming(pictures.Drawing(1, 1), 25_000, 25_000),
		"a PNG that is too long":            pictures.Claiming(pictures.Drawing(1, 1), 40_000, 1),
		"frames":                            pictures.Film(1, 1, 1001),
		"scans":                             pictures.JPEG{Width: 256, Height: 256, Components: 3, Progressive: true, MoreScans: 2500}.Encode(),
		"CMYK":                              pictures.JPEG{Width: 8192, Height: 8192, Components: 4, Progressive: true}.Encode(),
		"pixels of a WebP":                  pictures.WebP(16_383, 16_383),
		"pixels of an AVIF":                 claiming(t, avif, 5000, 5000),
		"pixels of an AVIF, by the library": claiming(t, avif, 25_000, 25_000),
		"pixels of a HEIC":                  claiming(t, heic, 25_000, 25_000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := drawer().Draw(t.Context(), "ada", bytes.NewReader(content), twoSizes()...)
			require.Error(t, err)
			if !errors.Is(err, picture.ErrUnreadable) { // a library may notice that a claim is false
				require.ErrorIs(t, err, picture.ErrBomb)
			}
		})
	}
	_, err := picture.Read(bytes.NewReader(pictures.Film(1, 1, 900)), 400)
	require.NoError(t, err)
	_, err = picture.Read(bytes.NewReader(pictures.JPEG{Width: 64, Height: 64, Components: 3, Progressive: true, MoreScans: 99}.Encode()), 400)
	require.NoError(t, err)
}

// A broken picture is unreadable.
func TestBrokenPictures(t *testing.T) {
	t.Parallel()
	for name, whole := range map[string][]byte{
		"heic": photoFile(t, "photo.heic"), "avif": photoFile(t, "photo.avif"),
		"jpeg": pictures.Photo(80, 60), "png": pictures.Drawing(80, 60), "webp": pictures.WebP(80, 60), "gif": pictures.Film(80, 60, 2),
	} {
		for _, broken := range [][]byte{nil, whole[:1], whole[:20], whole[:len(whole)/2]} {
			_, err := drawer().Draw(t.Context(), "ada", bytes.NewReader(broken), twoSizes()...)
			if len(broken) != len(whole)/2 { // half a picture may still show something
				require.ErrorIs(t, err, picture.ErrUnreadable, "%s, %d bytes", name, len(broken))
			}
		}
	}
}

// A program that is missing, silent or talks nonsense yields an error, not a picture.
func TestProgramsThatDontDraw(t *testing.T) {
	t.Parallel()
	for _, program := range [][]string{nil, {"/nowhere/larder"}, {"/bin/true"}, {"/bin/echo", `{"color": "javascript:", "sizes": []}`}} {
		_, err := picture.NewDrawer(program, 0).Draw(t.Context(), "ada", bytes.NewReader(pictures.Photo(8, 8)), twoSizes()...)
		require.Error(t, err, program)
	}
	_, err := picture.NewDrawer([]string{"/nowhere/larder"}, 0).Draw(t.Context(), "ada", bytes.NewReader(pictures.Photo(8, 8)), twoSizes()...)
	require.ErrorIs(t, err, picture.ErrBusy)
}

// broken returns part of a picture and then fails.
type broken struct{ *bytes.Reader }

func (b broken) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// A failing store doesn't make a picture unreadable.
func TestBytesThatBreakOff(t *testing.T) {
	t.Parallel()
	whole := pictures.Photo(300, 200)
	_, err := drawer().Draw(t.Context(), "ada", broken{bytes.NewReader(whole[:len(whole)/2])}, twoSizes()...)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.NotErrorIs(t, err, picture.ErrUnreadable)
}

// A person's pictures are drawn one after another, and never before those of someone who is still
// waiting for a turn, however many or large they are.
func TestOnePersonHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	slots := picture.NewSlots()
	first, err := slots.Take(t.Context(), "eve", true)
	require.NoError(t, err)
	evesTurn := make(chan func(), 64)
	waitFor := func(person string, large bool, turn chan<- func()) {
		before := slots.Waiting()
		go func() {
			release, err := slots.Take(context.Background(), person, large)
			if err == nil {
				turn <- release
			}
		}()
		require.Eventually(t, func() bool { return slots.Waiting() > before }, waitAtMost, pollEvery)
	}
	for range cap(evesTurn) {
		waitFor("eve", true, evesTurn)
	}
	_, err = slots.Take(t.Context(), "eve", false)
	require.ErrorIs(t, err, picture.ErrTooManyWaiting)

	ada, err := slots.Take(t.Context(), "ada", false)
	require.NoError(t, err, "there is a slot that eve's pictures don't take")
	bensTurn := make(chan func(), 1)
	waitFor("ben", true, bensTurn)
	require.Empty(t, bensTurn, "one large picture at a time")
	first()
	ben := <-bensTurn // before all of eve's, which were queued earlier
	require.Empty(t, evesTurn)
	ada()
	ben()
	for range cap(evesTurn) {
		(<-evesTurn)()
	}
	require.Zero(t, slots.Known(), "nothing is kept of people without a picture")

	gone, cancel := context.WithCancel(t.Context())
	held, err := slots.Take(t.Context(), "eve", false)
	require.NoError(t, err)
	cancel()
	_, err = slots.Take(gone, "eve", false)
	require.ErrorIs(t, err, context.Canceled)
	require.Zero(t, slots.Waiting(), "who hangs up doesn't wait on")
	held()
}

// The containers have room for a large and an ordinary picture at once, beside the file service:
// for the worst admitted case of each format, and for a decoder that allocates until it is killed.
func TestContainersFitTheWorstPictures(t *testing.T) {
	t.Parallel()
	const itself = 224 << 20 // the file service with running uploads
	ordinary, ordinaryMemory := picture.Ordinary()
	large, largeMemory := picture.Large()
	worst := map[string][]byte{"JPEG": pictures.JPEG{Width: 8192, Height: 5400, Components: 4, Progressive: true}.Encode()}
	if os.Getenv("LARDER_FILES") == "long" { // these take 13 s of CPU together
		worst["HEIC"] = photoFile(t, "largest.heic")                 // 8640 by 6144
		worst["AVIF"] = photoFile(t, "largest.avif")                 // 4064 by 4064, 4:4:4
		worst["AVIF of 12 bits"] = photoFile(t, "largest-deep.avif") // 2944 by 2944, 4:4:4
	}
	for name, content := range worst {
		took := peak(t, large, content)
		t.Logf("%s takes %d of %d MiB", name, took>>20, largeMemory>>20)
		require.Less(t, took, largeMemory, name)
	}
	took := peak(t, ordinary, pictures.PNG{Width: 8192, Height: 8000, Depth: 8}.Encode())
	t.Logf("PNG takes %d of %d MiB", took>>20, ordinaryMemory>>20)
	require.Less(t, took, ordinaryMemory)
	for file, deployed := range map[string]struct {
		limit string
		least int64
	}{
		"compose/services.yml":              {`(?s)\n  file-service:.*?memory: (\d+)m`, largeMemory + ordinaryMemory + itself},
		"kubernetes/base/file-service.yaml": {`limits: \{ memory: (\d+)Mi`, largeMemory + ordinaryMemory + itself},
		// A function handles one request at a time.
		"serverless/template.yaml": {`Handler: file-service\s+MemorySize: (\d+)`, largeMemory + itself},
	} {
		content, err := os.ReadFile(filepath.Join("..", "..", "..", "deploy", file))
		require.NoError(t, err)
		found := regexp.MustCompile(deployed.limit).FindSubmatch(content)
		require.NotNil(t, found, file)
		limit, err := strconv.ParseInt(string(found[1]), 10, 64)
		require.NoError(t, err)
		require.GreaterOrEqual(t, limit<<20, deployed.least, file)
	}
}

// With less memory, pictures that need more are refused like any that is too large, and the others
// are drawn. The free hosting tier has enough that the host, which allows twice 512 MiB, doesn't
// kill the process.
func TestPicturesInLittleMemory(t *testing.T) {
	t.Parallel()
	const itself, host = 224 << 20, 2 * 512 << 20
	content, err := os.ReadFile(filepath.Join("..", "..", "..", "deploy", "free", "app.json"))
	require.NoError(t, err)
	found := regexp.MustCompile(`"LARDER_PICTURE_MEMORY": .*"value": "(\d+)"`).FindSubmatch(content)
	require.NotNil(t, found)
	memory, err := strconv.ParseInt(string(found[1]), 10, 64)
	require.NoError(t, err)
	require.LessOrEqual(t, memory+itself, int64(host))

	little := picture.NewDrawer([]string{os.Args[0], draw}, memory)
	for _, name := range []string{"largest.heic", "largest.avif", "largest-deep.avif"} {
		_, err := little.Draw(t.Context(), "ada", bytes.NewReader(photoFile(t, name)), twoSizes()...)
		require.ErrorIs(t, err, picture.ErrBomb, name)
	}
	_, err = little.Draw(t.Context(), "ada", bytes.NewReader(pictures.Photo(4000, 3000)), twoSizes()...)
	require.NoError(t, err)
}

// peak returns the peak resident memory of drawing a picture.
func peak(t *testing.T, args []string, content []byte) int64 {
	t.Helper()
	command := exec.CommandContext(t.Context(), os.Args[0], slices.Concat([]string{draw}, args, []string{twoSizes()[0].String(), twoSizes()[1].String()})...)
	command.Env, command.Stdin = []string{}, bytes.NewReader(content)
	said, err := command.CombinedOutput()
	require.NoError(t, err, "%.300s", said)
	used, ok := command.ProcessState.SysUsage().(*syscall.Rusage)
	require.True(t, ok)
	return used.Maxrss << 10
}
