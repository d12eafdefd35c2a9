package main

import (
	"os"
	"runtime/debug"
)

// homeMemory is the heap that a household's larder is held to, in bytes. It is a soft limit: Go collects
// more often near it and gives pages back, and goes over it rather than fail.
const homeMemory = 96 << 20

// saveMemory trades a little processor time for memory, since everything in one process is meant for the
// small machine at home. Below the limit Go collects as it always does: collecting more often there costs
// the writes, and saves nothing that the limit doesn't. GOMEMLIMIT, where set, is the owner's word.
func saveMemory() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(homeMemory)
	}
}
