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
	// answeredWithin is the time that a process may take on the clock, and what is around it.
	answeredWithin = 75 * time.Second
	// largestChild is the memory that a process may take, and its program file.
	largestChild = 1280<<20 + 128<<20
	// parentsMemory is what the larder's own process may grow by: none of it is for pixels.
	parentsMemory = 256 << 20
)

// mutant is a picture that was broken.
type mutant struct {
	name    string
	content []byte
}

// originals are pictures of every format that is drawn, and of every way in which a decoder keeps one.
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

// mutants gives the originals, each broken in many ways, the same in each run.
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

// mutate breaks a picture behind its first bytes, by which it is known as one.
func mutate(random *rand.Rand, n int, whole, other []byte) []byte {
	const known = 12
	content := bytes.Clone(whole)
	somewhere := func() int { return known + random.IntN(len(content)-known) }
	switch n % 7 {
	case 0: // broken off
		return content[:somewhere()]
	case 1: // bits that fell over
		for range 1 + random.IntN(40) {
			content[somewhere()] ^= 1 << random.IntN(8)
		}
	case 2: // the head of one and the end of another
		return append(content[:somewhere()], other[random.IntN(len(other)):]...)
	case 3: // a header that lies: sizes, lengths and counts are near the start
		at := known + random.IntN(min(len(content)-known-4, 200))
		lies := []uint32{0xffffffff, 0x7fffffff, 0x00007fff, 0, 0x80000000, 0x0000ffff}
		binary.BigEndian.PutUint32(content[at:], lies[random.IntN(len(lies))])
	case 4: // a part again and again
		from := somewhere()
		part := bytes.Repeat(content[from:min(from+1+random.IntN(64), len(content))], 1+random.IntN(2000))
		return bytes.Join([][]byte{content[:from], part, content[from:]}, nil)
	case 5: // noise from somewhere on
		for i := somewhere(); i < len(content); i++ {
			content[i] = byte(random.UintN(256))
		}
	case 6: // a part that is missing
		from := somewhere()
		return append(content[:from], content[min(from+1+random.IntN(32), len(content)):]...)
	}
	return lie(random, content)
}

// lie lets every other PNG say another size with a sum that is right, since its decoder reads on only then.
func lie(random *rand.Rand, content []byte) []byte {
	if !bytes.HasPrefix(content, []byte("\x89PNG")) || random.IntN(2) == 0 {
		return content
	}
	return pictures.Claiming(content, 1+random.Uint32N(9000), 1+random.Uint32N(9000))
}

// Pictures that were broken in every way are each answered in time: as a picture, as a file that is none, or refused. The
// larder lives on and keeps its memory, whatever becomes of the processes that looked at them.
func TestMutatedPictures(t *testing.T) {
	server := larder.Start(t)
	pid := server.Process(t).PID()
	children := watchChildren(t, pid)
	var cooks []*larder.Client
	for n := range 4 {
		cooks = append(cooks, server.AddUser(t, fmt.Sprintf("cook%d", n)))
	}
	_, err := put(cooks[0], create(t, cooks[0]), pictures.Photo(800, 600)) // what the first one takes once
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

// fate is what became of a picture, "" for what must not.
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

// watchChildren looks at the processes that draw for the process of this id, and gives the most memory that one of them
// had resident.
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
