//go:build linux

package natsserver_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/embedded/natsserver"
	"larder.dev/internal/fulldisk"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/testkit"
)

// After a full disk gets space, the server accepts messages again by itself and still has every
// message it acknowledged.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	testkit.OnSmallDisk(t, 64<<20, func(t *testing.T, dir string) {
		t.Helper()
		server, err := natsserver.Start(natsserver.Options{Dir: filepath.Join(dir, "nats"), Log: testkit.Logger(t)})
		require.NoError(t, err)
		defer func() { require.NoError(t, server.Stop()) }()
		var mark fulldisk.Mark
		conn, err := jetstream.Connect(t.Context(), jetstream.Options{URL: server.URL(), Name: "test", Log: testkit.Logger(t), Full: &mark})
		require.NoError(t, err)
		defer conn.Close()
		require.NoError(t, conn.EnsureStream(testkit.Context(t), jetstream.StreamConfig{Name: "LARDER", Subjects: []string{"larder.>"}}))
		message := []jetstream.Message{{Subject: "larder.x", Data: make([]byte, 1<<20)}}
		stored, err := conn.PublishBatch(testkit.Context(t), "LARDER", message)
		require.NoError(t, err)
		require.NoError(t, conn.Room(testkit.Context(t), "LARDER"))

		makeRoom := testkit.FillDisk(t, dir)
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = conn.PublishBatch(short, "LARDER", message)
		require.ErrorIs(t, err, fulldisk.Err)
		require.True(t, mark.Full())
		require.ErrorIs(t, conn.Room(testkit.Context(t), "LARDER"), fulldisk.Err)
		makeRoom()
		testkit.Until(t, "messages are taken again", func() bool {
			short, cancel := context.WithTimeout(t.Context(), time.Second) // a publish lost with the connection gets no answer
			defer cancel()
			_, err := conn.PublishBatch(short, "LARDER", message)
			return err == nil
		})
		require.NoError(t, conn.Room(testkit.Context(t), "LARDER"))
		_, found, err := conn.At(testkit.Context(t), "LARDER", stored[0])
		require.NoError(t, err)
		require.True(t, found)
	})
}
