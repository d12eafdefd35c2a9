package arch_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/arch"
)

// formerNames maps unclear old names to their current ones (docs/glossary.md).
func formerNames() map[string]string {
	return map[string]string{
		"keeping": "files, or attached", "freshness": "readyourwrites", "serverfolder": "datadir", "workplace": "connection",
		"httpapi": "the component's HTTP package", "Holding": "Fingerprint", "Holdings": "Fingerprints", "Holder": "Inventory",
		"Keeper": "Reversible", "Built": "Candidate", "elsewhere": "what it is: a remote candidate, another transaction",
		"opinion": "judgement", "settle": "what it does: flush, confirm, complete", "Settle": "Flush",
		"dumpPlace": "dumpTarget", "subscriberPlace": "subscriberStore", "PastAlias": "AsOfAlias",
	}
}

// Former names don't return, in code or tests.
func TestFormerNamesAreGone(t *testing.T) {
	t.Parallel()
	former := formerNames()
	for _, p := range list(t, "linux", arch.Module+"/...") {
		name := p.ImportPath[strings.LastIndex(p.ImportPath, "/")+1:]
		require.NotContains(t, former, name, "the folder of %s: say %s", p.ImportPath, former[name])
		require.False(t, name == "postgres" && p.ImportPath != arch.Module+"/internal/postgres", "%s: only the adapter has this name", p.ImportPath)
		for _, file := range slices.Concat(p.GoFiles, p.TestGoFiles, p.XTestGoFiles, p.IgnoredGoFiles) {
			for _, word := range identifiers(t, filepath.Join(p.Dir, file)) {
				if now, found := former[word]; found {
					t.Errorf("%s/%s has the name %s: say %s", p.ImportPath, file, word, now)
				}
			}
		}
	}
}
