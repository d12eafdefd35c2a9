package attack

import (
	"testing"

	"larder.dev/test/larder"
)

// madeUp is how many requests are generated per operation.
const madeUp = 60

// Whatever is sent, valid by the documents or not, no answer is a 5xx and each matches the
// documents.
func TestAnswersAreAsTheDocumentsSay(t *testing.T) {
	server := larder.Start(t)
	cook := server.AddUser(t, "fuzzer", "--grocery")
	for name := range larder.Documents() {
		t.Run(name, func(t *testing.T) {
			t.Log(larder.HoldAgainstDocument(t, server, cook, name, madeUp))
		})
	}
}
