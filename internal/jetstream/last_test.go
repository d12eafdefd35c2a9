package jetstream_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/jetstream"
)

// The last message of each subject is returned for more subjects than one request may name;
// subjects without messages are left out, and one that doesn't exist is no error.
func TestLastOf(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	none, err := conn.LastOf(t.Context(), stream, []string{"things.none"})
	require.NoError(t, err)
	require.Empty(t, none)

	var subjects []string
	var msgs []jetstream.Message
	for i := range 1100 {
		name := fmt.Sprint(i)
		subjects = append(subjects, "things."+name)
		msgs = append(msgs, thing(name, 1), thing(name, 2))
	}
	_, err = conn.PublishBatch(t.Context(), stream, msgs)
	require.NoError(t, err)
	last, err := conn.LastOf(t.Context(), stream, append(subjects, "things.none"))
	require.NoError(t, err)
	require.Len(t, last, len(subjects))
	for i, subject := range subjects {
		msg := last[subject]
		require.Equal(t, subject, msg.Subject)
		require.Equal(t, "2", string(msg.Data))
		require.EqualValues(t, 2*i+2, msg.Sequence)
		require.Equal(t, "kept", msg.HeaderValue("lower-case"))
	}
	_, err = conn.LastOf(t.Context(), "NOTHING", []string{"things.1"})
	require.ErrorIs(t, err, jetstream.ErrNotFound)
}
