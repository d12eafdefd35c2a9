package picture

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"syscall"
)

// bounds limit a drawing process. Containers (deploy) are sized for one large and one ordinary
// process beside the file service.
type bounds struct {
	memory    int64 // bytes
	processor int64 // seconds
}

// ordinary is enough for most pictures: a photo of 12 megapixels in every format but AVIF.
func ordinary() bounds { return bounds{memory: 512 << 20, processor: 15} }

// large is enough for the largest phone photos: 48 megapixels in HEIC.
func large() bounds { return bounds{memory: largeMemory, processor: 30} }

const largeMemory = 1280 << 20

// upTo caps the memory.
func (b bounds) upTo(memory int64) bounds {
	b.memory = min(b.memory, memory)
	return b
}

func (b bounds) args() []string {
	return []string{strconv.FormatInt(b.memory, 10), strconv.FormatInt(b.processor, 10)}
}

// boundsOf parses what args wrote, and returns the arguments after it.
func boundsOf(args []string) (b bounds, left []string, err error) {
	const own = 2
	if len(args) < own {
		return bounds{}, nil, errors.New("call it with bytes of memory and seconds of processor time")
	}
	memory, memoryErr := strconv.ParseInt(args[0], 10, 64)
	processor, processorErr := strconv.ParseInt(args[1], 10, 64)
	return bounds{memory: memory, processor: processor}, args[own:], errors.Join(memoryErr, processorErr)
}

// niceness is how much a drawing process gives way to whoever serves people.
const niceness = 10

// hold makes the system kill this process if it exceeds its limits. It may write neither files nor
// core dumps.
func (b bounds) hold() error {
	for resource, limit := range map[int]int64{
		syscall.RLIMIT_DATA: b.memory, syscall.RLIMIT_CPU: b.processor, syscall.RLIMIT_CORE: 0, syscall.RLIMIT_FSIZE: 0,
	} {
		if err := syscall.Setrlimit(resource, &syscall.Rlimit{Cur: uint64(limit), Max: uint64(limit)}); err != nil {
			return fmt.Errorf("bound resource %d: %w", resource, err)
		}
	}
	_ = syscall.Setpriority(syscall.PRIO_PROCESS, 0, niceness)
	// If the container still runs out of memory, let the system kill this process rather than the
	// file service.
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("1000"), 0) // exists only on Linux
	// Most allocations are large blocks, each garbage as soon as the next one exists.
	debug.SetGCPercent(20)
	debug.SetMemoryLimit(b.memory / 4 * 3)
	return nil
}
