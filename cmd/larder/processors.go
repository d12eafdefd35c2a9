package main

import (
	"os"
	"runtime"
)

// fewestThreads is how many threads run Go code at once, at least.
const fewestThreads = 4

// shareProcessors lets more threads run than a small machine has processors. Go lets a goroutine have its thread for 10 ms, and
// looks for what came from the network when a thread has nothing else to do. With two threads, both of them at the large
// recipe of one person, everybody's request would wait so long at each of its steps; with more, the system shares the
// processors between the threads, a millisecond at a time, and one that just woke comes first. GOMAXPROCS, where set, is
// the owner's word. Where Go runs fewer threads than there are processors, a container has a share of them by time, which
// more threads would only use up sooner.
func shareProcessors() {
	threads := runtime.GOMAXPROCS(0)
	if os.Getenv("GOMAXPROCS") == "" && threads == runtime.NumCPU() && threads < fewestThreads {
		runtime.GOMAXPROCS(fewestThreads)
	}
}
