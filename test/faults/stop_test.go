package faults_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// SIGTERM under load: the server exits with code 0, everything acknowledged is there afterwards,
// and every accepted request was answered: what got no answer wasn't done.
func TestStopUnderLoad(t *testing.T) {
	t.Parallel()
	stopUnderLoad(t, larder.Start(t))
}

// The same for each component as a separate process, on the real servers, all stopped at once.
func TestStopUnderLoadOnServers(t *testing.T) {
	t.Parallel()
	stopUnderLoad(t, larder.StartParts(t).Server)
}

func stopUnderLoad(t *testing.T, server *larder.Server) {
	t.Helper()
	random, k, report := openKitchen(t, server)
	defer func() { t.Log(report.table(k)) }()

	load := k.start()
	<-time.After(time.Duration(random.IntN(1200)) * time.Millisecond) // the random point, as under load
	server.Stop(t)
	load.Wait()
	k.sound(t)
	server.Start(t)
	report.rounds++
	k.check(t, server, report)
	require.Zero(t, k.count().done, "requests were done, and not answered")
}
