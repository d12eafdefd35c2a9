// Package clients tests Larder with third-party programs: what they refuse or misunderstand, others
// will encounter too.
package clients

import (
	"testing"

	"larder.dev/test/larder"
)

// madeUp is how many requests are generated per operation: test/attack sends far more.
const madeUp = 5

// Every answer is documented, for the documents' examples and a few forbidden inputs.
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
