package owner

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// An account is looked up once per five seconds, so a disabled user is refused after that; while no
// database answers, the last known state holds. The second source answers if the first doesn't.
func TestAnswersAreKeptForAMoment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		state, asked, away := Active, 0, false
		first := func(context.Context, string) (State, error) { return Active, errors.New("away") }
		second := func(context.Context, string) (State, error) {
			asked++
			if away {
				return Active, errors.New("away")
			}
			return state, nil
		}
		owners := New(first, second)
		want := func(want State, times int) {
			t.Helper()
			got, err := owners.State(t.Context(), "ada")
			require.NoError(t, err)
			require.Equal(t, want, got)
			require.Equal(t, times, asked)
		}
		want(Active, 1)
		state = Disabled
		<-time.After(fresh - time.Second)
		want(Active, 1)
		<-time.After(time.Second)
		want(Disabled, 2)
		away = true
		<-time.After(fresh)
		want(Disabled, 3)
		want(Disabled, 3)
		_, err := owners.State(t.Context(), "ben")
		require.Error(t, err)
		away, state = false, Gone
		<-time.After(fresh)
		want(Gone, 5)
	})
}
