// Package e2e_test does what Larder's users do, on the built binary.
package e2e_test

import (
	"testing"
	"time"

	"larder.dev/test/larder"
	"larder.dev/test/spine"
)

// deadline bounds asynchronous effects. It is far longer than any takes.
const deadline = 20 * time.Second

// The whole way of a recipe, on the built binary.
func TestSpine(t *testing.T) {
	t.Parallel()
	spine.Walk(t, larder.Start(t))
}

// The same with each component as a separate process, on the real servers.
func TestSpineOnServers(t *testing.T) {
	t.Parallel()
	spine.Walk(t, larder.StartParts(t).Server)
}
