package bench

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// clockTick is the unit of the times in /proc/PID/stat. It is the same on every Linux that Go
// supports.
const clockTick = 10 * time.Millisecond

// spent is CPU time by consumer: "larder", "client" (the measuring program), and PostgreSQL's
// processes: "primary" and "backup" by the database they serve, "postgres" for its own
// housekeeping.
type spent map[string]time.Duration

// processorTime is the CPU time since each process began. Linux only.
func processorTime(b *testing.B, pid int) spent {
	b.Helper()
	total := spent{"client": timeOf(b, os.Getpid()), "larder": timeOf(b, pid)}
	for _, child := range childrenOf(b, pid) {
		total["postgres"] += timeOf(b, child)
		for _, server := range childrenOf(b, child) {
			total[servedBy(server)] += timeOf(b, server)
		}
	}
	return total
}

// since is the CPU time since an earlier reading, divided by n.
func (s spent) since(earlier spent, n int) spent {
	each := spent{}
	for who, total := range s {
		each[who] = (total - earlier[who]) / time.Duration(max(n, 1))
	}
	return each
}

func (s spent) sum() time.Duration {
	var total time.Duration
	for _, part := range s {
		total += part
	}
	return total
}

func (s spent) String() string {
	text := fmt.Sprintf("%.3f ms:", millis(s.sum()))
	for _, who := range []string{"larder", "primary", "backup", "postgres", "client"} {
		text += fmt.Sprintf(" %s %.3f", who, millis(s[who]))
	}
	return text
}

// servedBy parses a PostgreSQL process's title: "postgres: USER DATABASE ADDRESS ...", where the address is
// [local] or has a port in parentheses.
func servedBy(pid int) string {
	title, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	words := strings.Fields(strings.ReplaceAll(string(title), "\x00", " "))
	if len(words) < 4 || words[3] != "[local]" && !strings.Contains(words[3], "(") {
		return "postgres"
	}
	if strings.Contains(words[2], "backup") {
		return "backup"
	}
	return "primary"
}

// timeOf returns a process's user and system time, 0 if it has ended.
func timeOf(b *testing.B, pid int) time.Duration {
	b.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	// The second field is a name in parentheses, which may contain anything.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	var ticks int64
	for _, field := range fields[11:13] {
		n, err := strconv.ParseInt(field, 10, 64)
		require.NoError(b, err)
		ticks += n
	}
	return time.Duration(ticks) * clockTick
}

func childrenOf(b *testing.B, pid int) []int {
	b.Helper()
	lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	require.NoError(b, err)
	var pids []int
	for _, list := range lists {
		content, _ := os.ReadFile(list) // a terminated thread has none
		for word := range strings.FieldsSeq(string(content)) {
			child, err := strconv.Atoi(word)
			require.NoError(b, err)
			pids = append(pids, child)
		}
	}
	return pids
}
