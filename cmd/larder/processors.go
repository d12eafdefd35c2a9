package main

import (
	"os"
	"runtime"
)

// fewestThreads is the minimum number of threads that run Go code at once.
const fewestThreads = 4

// shareProcessors runs more threads than a small machine has processors. Go lets a goroutine keep
// its thread for 10 ms, and polls the network when a thread is idle. With two threads, both busy
// with one person's large recipe, every request would wait that long at each step; with more, the
// kernel shares the processors among threads, a millisecond at a time, and favours one that just
// woke. GOMAXPROCS, if set, is the owner's choice. If Go runs fewer threads than there are
// processors, a container has a CPU quota, which more threads would only exhaust sooner.
func shareProcessors() {
	threads := runtime.GOMAXPROCS(0)
	if os.Getenv("GOMAXPROCS") == "" && threads == runtime.NumCPU() && threads < fewestThreads {
		runtime.GOMAXPROCS(fewestThreads)
	}
}
