package wake_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/wake"
)

// subscriptions counts a hub's subscriptions.
type subscriptions struct {
	began, stopped int
	hint           map[string]func()
}

func (s *subscriptions) subscribe(user string, hint func()) (func(), error) {
	s.began++
	s.hint[user] = hint
	return func() { s.stopped++ }, nil
}

func awake(l *wake.Listener) bool {
	select {
	case <-l.Wake():
		return true
	default:
		return false
	}
}

// All streams of a user share one subscription, which ends with the last stream.
func TestHubSubscribesOnceForAUser(t *testing.T) {
	t.Parallel()
	s := subscriptions{hint: map[string]func(){}}
	hub := wake.NewHub(s.subscribe)
	first, err := hub.Listen("ada")
	require.NoError(t, err)
	second, err := hub.Listen("ada")
	require.NoError(t, err)
	require.Equal(t, 1, s.began)

	first.Close()
	first.Close()
	require.Equal(t, 0, s.stopped)
	second.Close()
	require.Equal(t, 1, s.stopped)
	s.hint["ada"]() // late: nobody is listening

	_, err = hub.Listen("ada")
	require.NoError(t, err)
	require.Equal(t, 2, s.began)
}

// A hint wakes all of its user's streams and no others, and concurrent hints wake only once.
func TestHubWakesTheUsersStreams(t *testing.T) {
	t.Parallel()
	s := subscriptions{hint: map[string]func(){}}
	hub := wake.NewHub(s.subscribe)
	phone, err := hub.Listen("ada")
	require.NoError(t, err)
	laptop, err := hub.Listen("ada")
	require.NoError(t, err)
	other, err := hub.Listen("bob")
	require.NoError(t, err)
	s.hint["ada"]()
	s.hint["ada"]()
	require.True(t, awake(phone))
	require.False(t, awake(phone))
	require.True(t, awake(laptop))
	require.False(t, awake(other))
}

// A failed subscription leaves nothing behind: the next stream tries again.
func TestHubAfterAFailedSubscription(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	fail := true
	hub := wake.NewHub(func(string, func()) (func(), error) {
		if fail {
			return nil, broken
		}
		return func() {}, nil
	})
	_, err := hub.Listen("ada")
	require.ErrorIs(t, err, broken)
	fail = false
	listener, err := hub.Listen("ada")
	require.NoError(t, err)
	listener.Close()
}

// Without subscriptions a hub is woken from outside: one user's streams, or everyone's.
func TestHubIsWokenFromOutside(t *testing.T) {
	t.Parallel()
	hub := wake.NewHub(nil)
	ada, err := hub.Listen("ada")
	require.NoError(t, err)
	bob, err := hub.Listen("bob")
	require.NoError(t, err)
	hub.Wake("ada")
	hub.Wake("nobody")
	require.True(t, awake(ada))
	require.False(t, awake(bob))
	hub.Wake("")
	require.True(t, awake(ada))
	require.True(t, awake(bob))
}

// One user's streams are limited, and other users' don't count.
func TestHubIsBounded(t *testing.T) {
	t.Parallel()
	hub := wake.NewHub(nil)
	var last *wake.Listener
	for range wake.MaxListeners {
		var err error
		last, err = hub.Listen("ada")
		require.NoError(t, err)
	}
	_, err := hub.Listen("ada")
	require.ErrorIs(t, err, wake.ErrTooMany)
	_, err = hub.Listen("bob")
	require.NoError(t, err)
	last.Close()
	_, err = hub.Listen("ada")
	require.NoError(t, err)
}
