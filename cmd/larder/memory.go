package main

import (
	"os"
	"runtime/debug"
)

// homeMemory is a household larder's heap limit, in bytes. It is soft: near it Go collects more
// often and returns pages, and exceeds it rather than fail.
const homeMemory = 96 << 20

// saveMemory trades a little CPU time for memory, since everything in one process is meant for a
// small machine at home. Below the limit Go collects as usual: collecting more often there slows
// writes, and saves nothing beyond the limit. GOMEMLIMIT, if set, is the owner's choice.
func saveMemory() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(homeMemory)
	}
}
