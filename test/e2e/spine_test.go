// Package e2e_test tries what Larder's users do, on the built binary.
package e2e_test

import (
	"testing"
	"time"

	"larder.dev/test/larder"
	"larder.dev/test/spine"
)

// deadline is how long a thing may take that happens behind an answer. It is far above what any takes.
const deadline = 20 * time.Second

// The whole way of a recipe, on the built binary.
func TestSpine(t *testing.T) {
	t.Parallel()
	spine.Walk(t, larder.Start(t))
}

// The same with each component a process of its own, on the real servers.
func TestSpineOnServers(t *testing.T) {
	t.Parallel()
	spine.Walk(t, larder.StartParts(t).Server)
}
