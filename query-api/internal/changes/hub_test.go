package changes_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/query-api/internal/changes"
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

func awake(l *changes.Listener) bool {
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
	hub := changes.NewHub(s.subscribe)
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
	hub := changes.NewHub(s.subscribe)
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
	hub := changes.NewHub(func(string, func()) (func(), error) {
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
