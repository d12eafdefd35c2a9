// Package contract_test tests the built binary against the outside contract to the letter, area by
// area, as a stranger would. End-to-end use is in test/e2e.
package contract_test

import (
	"testing"

	"larder.dev/test/larder"
)

// Every area of the contract holds on one server, concurrently, each with its own users.
func TestContract(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	holds(t, server)
	probes(t, server, server.URL())
}

// The same with each component as a separate process, on the real servers.
func TestContractOnServers(t *testing.T) {
	t.Parallel()
	parts := larder.StartParts(t)
	holds(t, parts.Server)
	probes(t, parts.Server, parts.Part("query-api").Listening(t)) // nginx exposes them to nobody
}

func holds(t *testing.T, s *larder.Server) {
	t.Helper()
	areas := map[string]func(*testing.T, *larder.Server){
		"a login gives a cookie and a token":        session,
		"the cookie is for TLS behind TLS":          secureCookie,
		"a browser keeps the cookie":                browserCookie,
		"no call without a session":                 sessionRequired,
		"a session ends with what was its ground":   sessionsEnd,
		"a cook sees and ends their sessions":       devices,
		"accounts are kept by the operator":         accounts,
		"a deleted user leaves nothing":             userErased,
		"a recipe keeps every field":                everyField,
		"a recipe is a favourite and rated":         marks,
		"a part of a recipe is what it is":          rowsFromParts,
		"a typed row gets its parts":                rowsFromText,
		"a save of nothing is no version":           savesOfNothing,
		"a source may be words":                     sources,
		"an older program empties no newer field":   detailsOfOlderPrograms,
		"a replace names what it replaces":          replace,
		"of many replaces at once one does":         replaceAtOnce,
		"a client chooses ids":                      clientIDs,
		"a delete leaves a number behind":           deletion,
		"a recipe has a history":                    history,
		"a repeated key does nothing twice":         idempotency,
		"a key sent many times at once":             idempotencyAtOnce,
		"each field has its limit":                  limits,
		"each refusal names its field":              refusals,
		"broken bodies are refused":                 brokenBodies,
		"broken addresses are refused":              brokenAddresses,
		"what is not there is not the app":          addresses,
		"text is any Unicode":                       unicodeText,
		"nobody reaches another user's things":      boundary,
		"exact before prefix before typo":           ranking,
		"pages are stable while things change":      pages,
		"tags filter":                               tags,
		"a read has seen one's writes":              readYourWrites,
		"changes since a number":                    changesSince,
		"server-sent events resume":                 serverSentEvents,
		"a stream of events ends with its session":  streamEnds,
		"lines of ingredients are understood":       ingredientLines,
		"groceries are scaled":                      groceries,
		"groceries need access, and say so":         groceriesRefused,
		"the feed's credentials reach it alone":     feedCredentials,
		"accounts for NATS servers":                 natsAccounts,
		"an export comes back as it was":            exportRoundTrip,
		"an import says what it did":                importReport,
		"a rebuild is not felt by who searches":     rebuildWhileSearching,
		"each projection can be rebuilt":            rebuildEach,
		"wrong usage is exit code 2":                usage,
		"what is asked for is on the shopping list": shoppingList,
	}
	for name, area := range areas {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			area(t, s)
		})
	}
}
