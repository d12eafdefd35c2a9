package main

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// homeMemory is the soft limit on Go's memory in a household's larder, in bytes. Below it the garbage
// collector runs at its usual pace; near it, more often. A lower limit saves nothing at rest, because
// releaseAtRest returns what a load has left behind, and costs writes: with 96 MiB the collector took
// a third of a create's processor time.
const homeMemory = 192 << 20

const (
	// restCheck is how often releaseAtRest looks whether the process is at rest.
	restCheck = 30 * time.Second
	// restAllocations is how much a process at rest allocates between two checks at most, in bytes:
	// its own timers and health checks take less than a tenth of it.
	restAllocations = 8 << 20
)

// saveMemory bounds the memory of a process that runs everything, and keeps it small at rest, since
// such a process is meant for a small machine at home. If GOMEMLIMIT is set, it changes nothing.
func saveMemory(ctx context.Context) {
	if os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	debug.SetMemoryLimit(homeMemory)
	go releaseAtRest(ctx)
}

// releaseAtRest returns free memory to the operating system once after each load, until ctx is done.
// Go itself keeps as much again as is live, so that the next load needn't fault its pages in.
func releaseAtRest(ctx context.Context) {
	every := time.NewTicker(restCheck)
	defer every.Stop()
	load := rest{allocated: allocatedBytes()}
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
			if load.begins(allocatedBytes()) {
				debug.FreeOSMemory()
			}
		}
	}
}

// rest tells when a process comes to rest.
type rest struct {
	allocated uint64 // bytes, since the process started, at the last check
	released  bool   // since the last load
}

// begins reports whether a rest has begun: too little was allocated since the last check for a load,
// and nothing was released since the last one.
func (r *rest) begins(allocated uint64) bool {
	atRest := allocated-r.allocated < restAllocations
	r.allocated = allocated
	release := atRest && !r.released
	r.released = atRest
	return release
}

// allocatedBytes is what the process has allocated on the heap since it started.
func allocatedBytes() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
