package larder

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Soon polls until a condition holds, since it is on the other side of a process, which sends no
// signal. The condition returns "" when it is met, else what is missing.
func Soon(tb testing.TB, within time.Duration, condition func() string) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), within)
	defer cancel()
	ticker := time.NewTicker(25 * time.Millisecond)
	defer ticker.Stop()
	for {
		missing := condition()
		if missing == "" {
			return
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			require.FailNow(tb, "waited "+within.String()+" in vain", missing)
		}
	}
}

// Next returns the next line that a process prints, within a time limit.
func Next(tb testing.TB, lines <-chan string, within time.Duration) string {
	tb.Helper()
	select {
	case line, open := <-lines:
		require.True(tb, open, "the process ended")
		return line
	case <-time.After(within):
		require.FailNow(tb, "no line came", "waited %s", within)
		return ""
	}
}

// Status is the output of `larder status --json`.
type Status struct {
	Projections []struct {
		Name      string `json:"name"`
		LagEvents int64  `json:"lag_events"`
		Parked    int64  `json:"parked"`
		State     string `json:"state"`
	} `json:"projections"`
	Filling bool `json:"filling"`
}

// Status asks the server for it.
func (s *Server) Status(tb testing.TB) Status {
	tb.Helper()
	var status Status
	result := s.MustRun(tb, "", "status", "--json")
	require.NoError(tb, json.Unmarshal([]byte(result.Stdout), &status), result.Both())
	return status
}

// CaughtUp waits until the relay has published everything and each projection is up to date.
func (s *Server) CaughtUp(tb testing.TB) {
	tb.Helper()
	s.CaughtUpWithin(tb, 30*time.Second)
}

// CaughtUpWithin is CaughtUp for a possibly large backlog.
func (s *Server) CaughtUpWithin(tb testing.TB, within time.Duration) {
	tb.Helper()
	primary := Postgres(tb, s.RunFile(tb).PostgresURL)
	defer primary.Close(context.WithoutCancel(tb.Context())) // a test that often waits would use up the server's connections
	Soon(tb, within, func() string {
		var waiting int
		require.NoError(tb, primary.QueryRow(tb.Context(),
			"SELECT count(*) FROM event_log WHERE published_at IS NULL").Scan(&waiting))
		if waiting > 0 {
			return "the relay has events to publish"
		}
		status := s.Status(tb)
		if status.Filling {
			return "the relay fills the stream"
		}
		for _, projection := range status.Projections {
			if projection.LagEvents > 0 {
				return projection.Name + " lags behind"
			}
		}
		return ""
	})
}

// Settled waits until each projection is up to date, and has parked nothing.
func (s *Server) Settled(tb testing.TB) {
	tb.Helper()
	Soon(tb, 30*time.Second, func() string {
		projections := s.Status(tb).Projections
		require.Len(tb, projections, 4)
		for _, projection := range projections {
			require.Zero(tb, projection.Parked, "%s parked events", projection.Name)
			if projection.LagEvents > 0 {
				return projection.Name + " lags behind"
			}
		}
		return ""
	})
}
