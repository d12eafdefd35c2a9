// Package e2e asks the built binary for what the outside contract promises, as a stranger would.
package e2e

import (
	"testing"

	"larder.dev/test/larder"
)

// Every area of the contract holds on one server, at the same time, each with users of its own.
func TestContract(t *testing.T) {
	t.Parallel()
	s := larder.Start(t)
	areas := map[string]func(*testing.T, *larder.Server){
		"a session is opened, checked and ended":             session,
		"no call without a session":                          sessionRequired,
		"a session ends with password, disabling, deletion":  sessionsEnd,
		"accounts are kept by the operator":                  accounts,
		"deleting a user leaves nothing":                     userErased,
		"a recipe keeps every field":                         everyField,
		"a replace names the version it replaces":            replace,
		"a client chooses ids":                               clientIDs,
		"a delete":                                           deletion,
		"a repeated key does nothing twice":                  idempotency,
		"each field has its limits":                          limits,
		"broken requests are refused, never a 5xx":           broken,
		"text is any Unicode":                                unicodeText,
		"nobody reaches another user's things":               boundary,
		"a search ranks exact, prefix, typo":                 ranking,
		"pages are stable":                                   pages,
		"a read has seen one's writes":                       readYourWrites,
		"changes since a number":                             changesSince,
		"server-sent events":                                 serverSentEvents,
		"the stream of events ends with the session":         streamEnds,
		"groceries are scaled and sent once":                 groceries,
		"the feed's credentials reach the feed alone":        feedCredentials,
		"an import reports a bad line and goes on":           importBadLine,
		"an export comes back":                               exportRoundTrip,
		"status and rebuild":                                 statusAndRebuild,
		"events can be followed":                             eventsTail,
		"probes and metrics":                                 probes,
		"wrong usage is exit code 2":                         usage,
	}
	for name, area := range areas {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			area(t, s)
		})
	}
}
