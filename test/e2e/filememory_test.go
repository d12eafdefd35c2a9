//go:build linux

package e2e_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// memoryLimit is the file service's limit in bytes, whatever it is sent.
const memoryLimit = 64_000_000

// A file of 500 MB, and twenty files at once, pass through the file service in 64 MB of memory: it
// is a separate process, Go is told the limit, and the kernel reports the usage. LARDER_FILES=long
// sends twenty of 100 MB, else 10 MB each.
func TestUploadsTakeConstantMemory(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	ada := server.AddUser(t, "ada")
	recipe, _ := ada.Create(t, larder.Named("Film"))
	process := larder.StartFileService(t, server, "GOMEMLIMIT=48MiB", "LARDER_MAX_FILE_SIZE=500000000")
	at := ada.At(t, process)
	attach := func(seed uint64, size int64) {
		answer := at.Attach(t, recipe.ID, fmt.Sprintf("%d.bin", seed), noise(seed, size))
		if answer.Status != http.StatusCreated {
			t.Errorf("upload %d: %d %s", seed, answer.Status, answer.Body)
		}
	}

	one := process.PeakMemory(t, func() { attach(0, 500_000_000) })
	size := int64(10_000_000)
	if os.Getenv("LARDER_FILES") == "long" {
		size = 100_000_000
	}
	twenty := process.PeakMemory(t, func() {
		var uploads sync.WaitGroup
		for i := range uint64(20) {
			uploads.Go(func() { attach(i+1, size) })
		}
		uploads.Wait()
	})
	t.Logf("resident at its peak: %d MB with a file of 500 MB, %d MB with 20 files of %d MB at once", one/1e6, twenty/1e6, size/1e6)
	require.Less(t, one, int64(memoryLimit))
	require.Less(t, twenty, int64(memoryLimit))
}

// noise returns size incompressible bytes, the same for the same seed, without holding them.
func noise(seed uint64, size int64) io.Reader {
	var key [32]byte
	for i := range 8 {
		key[i] = byte(seed >> (8 * i))
	}
	return io.LimitReader(rand.NewChaCha8(key), size)
}
