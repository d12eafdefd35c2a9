package picture

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"syscall"
)

// bounds are what one process that draws may take. Those of the containers (deploy) are made for one large and one
// ordinary process beside the file service.
type bounds struct {
	memory    int64 // bytes
	processor int64 // seconds
}

// ordinary is for most pictures: a photo of 12 megapixels in every format but AVIF.
func ordinary() bounds { return bounds{memory: 512 << 20, processor: 15} }

// large is for the largest that a phone takes: 48 megapixels in HEIC.
func large() bounds { return bounds{memory: largeMemory, processor: 30} }

const largeMemory = 1280 << 20

// upTo leaves no more memory than there is.
func (b bounds) upTo(memory int64) bounds {
	b.memory = min(b.memory, memory)
	return b
}

func (b bounds) args() []string {
	return []string{strconv.FormatInt(b.memory, 10), strconv.FormatInt(b.processor, 10)}
}

func boundsOf(args []string) (bounds, error) {
	if len(args) != 2 {
		return bounds{}, errors.New("call it with bytes of memory and seconds of processor time")
	}
	memory, memoryErr := strconv.ParseInt(args[0], 10, 64)
	processor, processorErr := strconv.ParseInt(args[1], 10, 64)
	return bounds{memory: memory, processor: processor}, errors.Join(memoryErr, processorErr)
}

// hold makes the system end this process when it takes more. It writes no file and leaves no dump.
func (b bounds) hold() error {
	for resource, limit := range map[int]int64{
		syscall.RLIMIT_DATA: b.memory, syscall.RLIMIT_CPU: b.processor, syscall.RLIMIT_CORE: 0, syscall.RLIMIT_FSIZE: 0,
	} {
		if err := syscall.Setrlimit(resource, &syscall.Rlimit{Cur: uint64(limit), Max: uint64(limit)}); err != nil {
			return fmt.Errorf("bound resource %d: %w", resource, err)
		}
	}
	// Where the container runs out of memory all the same, this process goes and not the file service.
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("1000"), 0) // Linux alone has it
	// Most of what is allocated is one large block after another, each garbage when the next is there.
	debug.SetGCPercent(20)
	debug.SetMemoryLimit(b.memory / 4 * 3)
	return nil
}
