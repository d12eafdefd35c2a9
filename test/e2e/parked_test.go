package e2e_test

import (
	"strings"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// An event that can't be applied is parked, counted and reported, and everything else continues;
// the runbook's commands show it, retry it in vain, and discard it.
func TestRunbookParkedEvents(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	ada := server.AddUser(t, "ada")
	soup, _ := ada.Create(t, larder.Named("Soup"))
	server.Settled(t)
	js := larder.JetStream(t, server.RunFile(t).NATSURL)
	subject := "larder.recipe." + ada.User.ID + "." + soup.ID
	stream, err := js.Stream(t.Context(), "LARDER")
	require.NoError(t, err)
	last, err := stream.GetLastMsgForSubject(t.Context(), subject)
	require.NoError(t, err)
	bad := &nats.Msg{Subject: subject, Header: nats.Header{}, Data: []byte(`{"id": 1`)}
	for name, values := range last.Header {
		if !strings.HasPrefix(name, "Nats-") { // its place in a batch
			bad.Header[name] = values
		}
	}
	bad.Header.Set("ce-id", "poison")
	_, err = js.PublishMsg(t.Context(), bad)
	require.NoError(t, err)
	larder.Soon(t, deadline, func() string {
		out := server.MustRun(t, "", "events", "parked").Stdout
		for _, projection := range []string{"search", "cache", "replica"} {
			if !strings.Contains(out, projection) {
				return out
			}
		}
		return ""
	})
	ada.Create(t, larder.Named("Bread"))
	require.Len(t, ada.All(t, 10), 2, "the rest goes on")

	scripts, _ := runbook(t, "parked-events.md", "")
	require.Len(t, scripts, 3)
	out, err := server.Shell(t, strings.Join(scripts, "\n"))
	require.NoError(t, err, out)
	require.Contains(t, out, soup.ID)
	require.Contains(t, out, "nothing is parked")
	require.Len(t, ada.All(t, 10), 2)
	server.MustRun(t, "", "reconcile")
}
