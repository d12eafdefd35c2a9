// Package clients points programs that nobody here wrote at Larder: what they refuse, or don't understand, others will meet.
package clients

import (
	"testing"

	"larder.dev/test/larder"
)

// madeUp is how many requests are made up for each operation: test/attack sends far more.
const madeUp = 5

// No answer is one that the documents don't tell of, to what they have examples of and to a little that they forbid.
func TestAnswersAreDocumented(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	cook := server.AddUser(t, "stranger", "--grocery")
	for name := range larder.Documents() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			t.Log(larder.HoldAgainstDocument(t, server, cook, name, madeUp))
		})
	}
}
