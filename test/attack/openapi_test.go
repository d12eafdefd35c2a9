package attack

import (
	"testing"

	"larder.dev/test/larder"
)

// madeUp is how many requests are made up for each operation.
const madeUp = 60

// Whatever is sent, made by the documents or against them, no answer is a 5xx and each one is as the documents say.
func TestAnswersAreAsTheDocumentsSay(t *testing.T) {
	server := larder.Start(t)
	cook := server.AddUser(t, "fuzzer", "--grocery")
	for name := range larder.Documents() {
		t.Run(name, func(t *testing.T) {
			t.Log(larder.HoldAgainstDocument(t, server, cook, name, madeUp))
		})
	}
}
