package larder

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// sampleEvery is the interval between memory samples.
const sampleEvery = 5 * time.Millisecond

// PeakMemory samples the process's memory while fn runs, and returns the peak in bytes. It counts
// the process's own memory (RssAnon of Linux, proc(5)): Go's heap, stacks and runtime. It excludes
// mapped pages of the program file: the kernel drops them when it needs memory, and shares them
// among processes of one binary.
func (p *Process) PeakMemory(tb testing.TB, fn func()) int64 {
	tb.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		fn()
	}()
	peak := p.memory(tb)
	for {
		select {
		case <-done:
			return max(peak, p.memory(tb))
		case <-time.After(sampleEvery):
			peak = max(peak, p.memory(tb))
		}
	}
}

func (p *Process) memory(tb testing.TB) int64 {
	tb.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.PID()))
	require.NoError(tb, err)
	found := regexp.MustCompile(`RssAnon:\s+(\d+) kB`).FindSubmatch(status)
	require.NotNil(tb, found, "the kernel doesn't tell")
	kilobytes, err := strconv.ParseInt(string(found[1]), 10, 64)
	require.NoError(tb, err)
	return kilobytes << 10
}
