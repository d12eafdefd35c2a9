package attack

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/testkit/pictures"
	"larder.dev/test/larder"
)

const (
	mutantsOfEach = 64
	// answeredWithin is the child's time limit, plus overhead.
	answeredWithin = 75 * time.Second
	// largestChild is a child's memory limit, plus its program file.
	largestChild = 1280<<20 + 128<<20
	// parentsMemory is how much the larder's own process may grow: it holds no pixels.
	parentsMemory = 256 << 20
)

// mutant is a corrupted picture.
type mutant struct {
	name    string
	content []byte
}

// originals are pictures in every supported format, and with every way a decoder buffers them.
func originals(tb testing.TB) []mutant {
	tb.Helper()
	all := []mutant{
		{"JPEG", pictures.Photo(320, 240)},
		{"JPEG, turned", pictures.Turned(pictures.Photo(320, 240), 6)},
		{"JPEG, progressive", pictures.JPEG{Width: 320, Height: 240, Components: 3, Halved: true, Progressive: true, MoreScans: 20}.Encode()},
		{"JPEG, CMYK", pictures.JPEG{Width: 320, Height: 240, Components: 4, Progressive: true}.Encode()},
		{"PNG", pictures.Drawing(160, 120)},
		{"PNG, interlaced", pictures.PNG{Width: 160, Height: 120, Depth: 16, Interlaced: true}.Encode()},
		{"GIF", pictures.Film(80, 60, 12)},
		{"WebP", pictures.WebP(320, 240)},
	}
	for _, name := range []string{"photo.heic", "photo.avif", "turned.avif"} {
		content, err := os.ReadFile(filepath.Join(larder.Root(), "file-service", "internal", "picture", "testdata", name))
		require.NoError(tb, err)
		all = append(all, mutant{name, content})
	}
	return all
}

// mutants returns the originals, each corrupted in many ways, the same in each run.
func mutants(tb testing.TB) []mutant {
	tb.Helper()
	var all []mutant
	originals := originals(tb)
	for i, whole := range originals {
		for n := range mutantsOfEach {
			other := originals[(i+n+1)%len(originals)]
			random := rand.New(rand.NewPCG(uint64(i), uint64(n)))
			all = append(all, mutant{fmt.Sprintf("%s, %d", whole.name, n), mutate(random, n, whole.content, other.content)})
		}
	}
	return all
}

// mutate corrupts a picture after its first bytes, which identify its format.
func mutate(random *rand.Rand, n int, whole, other []byte) []byte {
	const known = 12
	content := bytes.Clone(whole)
	somewhere := func() int { return known + random.IntN(len(content)-known) }
	switch n % 7 {
	case 0: // truncated
		return content[:somewhere()]
	case 1: // flipped bits
		for range 1 + random.IntN(40) {
			content[somewhere()] ^= 1 << random.IntN(8)
		}
	case 2: // one picture's head and another's tail
		return append(content[:somewhere()], other[random.IntN(len(other)):]...)
	case 3: // a wrong header: sizes, lengths and counts are near the start
		at := known + random.IntN(min(len(content)-known-4, 200))
		lies := []uint32{0xffffffff, 0x7fffffff, 0x00007fff, 0, 0x80000000, 0x0000ffff}
		binary.BigEndian.PutUint32(content[at:], lies[random.IntN(len(lies))])
	case 4: // a repeated part
		from := somewhere()
		part := bytes.Repeat(content[from:min(from+1+random.IntN(64), len(content))], 1+random.IntN(2000))
		return bytes.Join([][]byte{content[:from], part, content[from:]}, nil)
	case 5: // noise from some offset
		for i := somewhere(); i < len(content); i++ {
			content[i] = byte(random.UintN(256))
		}
	case 6: // a missing part
		from := somewhere()
		return append(content[:from], content[min(from+1+random.IntN(32), len(content)):]...)
	}
	return lie(random, content)
}

// lie gives every other PNG a wrong size with a correct checksum, since otherwise its decoder stops
// there.
func lie(random *rand.Rand, content []byte) []byte {
	if !bytes.HasPrefix(content, []byte("\x89PNG")) || random.IntN(2) == 0 {
		return content
	}
	return pictures.Claiming(content, 1+random.Uint32N(9000), 1+random.Uint32N(9000))
}

// Pictures corrupted in every way are each answered in time: as a picture, as another file, or
// refused. The larder survives and keeps its memory, whatever happens to the child processes.
func TestMutatedPictures(t *testing.T) {
	server := larder.Start(t)
	pid := server.Process(t).PID()
	children := watchChildren(t, pid)
	var cooks []*larder.Client
	for n := range 4 {
		cooks = append(cooks, server.AddUser(t, fmt.Sprintf("cook%d", n)))
	}
	_, err := put(cooks[0], create(t, cooks[0]), pictures.Photo(800, 600)) // what the first allocates once
	require.NoError(t, err)
	all := mutants(t)
	require.GreaterOrEqual(t, len(all), 700)
	next := make(chan mutant)
	var (
		mu      sync.Mutex
		fates   = map[string]int{}
		slowest time.Duration
		wrong   []string
		senders sync.WaitGroup
	)
	for _, cook := range cooks {
		recipe := create(t, cook)
		senders.Go(func() {
			for m := range next {
				began := time.Now()
				answer, err := put(cook, recipe, m.content)
				took := time.Since(began)
				mu.Lock()
				slowest = max(slowest, took)
				fates[fate(answer)]++
				if err != nil || fate(answer) == "" || took > answeredWithin {
					wrong = append(wrong, fmt.Sprintf("%s: %d %s after %s: %v", m.name, answer.Status, answer.Body, took, err))
				}
				mu.Unlock()
			}
		})
	}
	before := server.Process(t).PeakMemory(t, func() {})
	grown := server.Process(t).PeakMemory(t, func() {
		for _, m := range all {
			next <- m
		}
		close(next)
		senders.Wait()
	}) - before
	peak := children()
	t.Logf("\n| mutated pictures | drawn | kept as files | refused | slowest | largest process | the larder grew by |\n"+
		"| ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n| %d | %d | %d | %d | %.1f s | %d MiB | %d MiB |",
		len(all), fates["drawn"], fates["kept"], fates["refused"], slowest.Seconds(), peak>>20, grown>>20)
	require.Empty(t, wrong)
	require.Less(t, peak, int64(largestChild))
	require.Less(t, grown, int64(parentsMemory))
	require.Equal(t, pid, server.Process(t).PID())
	_, err = put(cooks[0], create(t, cooks[0]), pictures.Photo(900, 600))
	require.NoError(t, err, "it lives")
}

func create(tb testing.TB, cook *larder.Client) string {
	tb.Helper()
	recipe, _ := cook.Create(tb, larder.Named("Mutants"))
	return recipe.ID
}

// fate is what became of a picture, "" for what must not happen.
func fate(answer larder.Answer) string {
	var file larder.File
	switch {
	case answer.Status == http.StatusUnprocessableEntity:
		return "refused"
	case answer.Status != http.StatusCreated || json.Unmarshal(answer.Body, &file) != nil:
		return ""
	case len(file.Sizes) > 0:
		return "drawn"
	default:
		return "kept"
	}
}

// watchChildren watches the picture processes of the process with this id, and returns the peak
// resident memory of one.
func watchChildren(tb testing.TB, pid int) (peak func() int64) {
	tb.Helper()
	resident := regexp.MustCompile(`VmHWM:\s+(\d+) kB`)
	ctx, stop := context.WithCancel(tb.Context())
	most := make(chan int64, 1)
	go func() {
		peak := int64(0)
		defer func() { most <- peak }()
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for ctx.Err() == nil {
			for _, child := range childrenOf(pid) {
				status, _ := os.ReadFile("/proc/" + child + "/status")
				if found := resident.FindSubmatch(status); found != nil && bytes.Contains(status, []byte("Name:\tlarder")) {
					kilobytes, _ := strconv.ParseInt(string(found[1]), 10, 64)
					peak = max(peak, kilobytes<<10)
				}
			}
			select {
			case <-ctx.Done():
			case <-tick.C:
			}
		}
	}()
	return func() int64 {
		stop()
		return <-most
	}
}

func childrenOf(pid int) []string {
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	var all []string
	for _, list := range lists {
		content, _ := os.ReadFile(list)
		all = append(all, strings.Fields(string(content))...)
	}
	return all
}
