package faults_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// SIGTERM under load: the server ends with code 0, everything acknowledged is there afterwards, and a
// request that it took up was answered: what got no answer wasn't done.
//
//nolint:tparallel // a round is a subtest for its connections to end with it, and rounds come in order
func TestStopUnderLoad(t *testing.T) {
	t.Parallel()
	random, server, k, report := openKitchen(t)
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
