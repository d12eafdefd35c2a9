package listhttp

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A change to one list wakes only its own streams; if all lists may have changed, it wakes all.
func TestHubWakesItsOwn(t *testing.T) {
	t.Parallel()
	hub := NewHub()
	ada, stopAda, err := hub.Listen("ada")
	require.NoError(t, err)
	bob, stopBob, err := hub.Listen("bob")
	require.NoError(t, err)
	hub.Wake("ada")
	hub.Wake("ada") // one wake covers both
	require.Len(t, ada, 1)
	require.Empty(t, bob)
	<-ada
	hub.Wake("")
	require.Len(t, ada, 1)
	require.Len(t, bob, 1)
	stopAda()
	stopBob()
	require.Empty(t, hub.listeners)
}

// One user's streams are limited, and other users' don't count.
func TestHubIsBounded(t *testing.T) {
	t.Parallel()
	hub := NewHub()
	var stop func()
	for range MaxListeners {
		var err error
		_, stop, err = hub.Listen("ada")
		require.NoError(t, err)
	}
	_, _, err := hub.Listen("ada")
	require.ErrorIs(t, err, ErrTooManyListeners)
	_, _, err = hub.Listen("bob")
	require.NoError(t, err)
	stop()
	_, _, err = hub.Listen("ada")
	require.NoError(t, err)
}
