package main

import (
	"context"
	"fmt"
	"time"

	"larder.dev/cmd/larder/internal/stores"
	commandapi "larder.dev/command-api"
)

// relayStatus is the relay's state and backlog.
type relayStatus struct {
	Leads   bool    `json:"leads"` // a process is relaying; without one, writes stay in the database
	Events  int64   `json:"events"`
	Seconds float64 `json:"seconds"` // age of the oldest, by its writer's clock and this machine's
	Reason  string  `json:"reason,omitempty"`
}

// relaying asks the primary; nil if it has no address.
func relaying(ctx context.Context, larder *connection) *relayStatus {
	if larder.Address(stores.Postgres) == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, serverPatience)
	defer cancel()
	pool, err := larder.Postgres(ctx)
	if err != nil {
		return &relayStatus{Reason: err.Error()}
	}
	leads, backlog, err := commandapi.Relaying(ctx, pool)
	if err != nil {
		return &relayStatus{Reason: err.Error()}
	}
	status := &relayStatus{Leads: leads, Events: backlog.Events}
	if !backlog.Oldest.IsZero() {
		status.Seconds = max(0, time.Since(backlog.Oldest).Seconds())
	}
	if !leads {
		status.Reason = "no process relays"
	}
	return status
}

func (r *relayStatus) print(con console) error {
	fmt.Fprintln(con.out)
	table := newTable(con.out, "RELAY", "WAITING", "SECONDS")
	state := "leads"
	if !r.Leads {
		state = "absent"
	}
	table.row(state, r.Events, fmt.Sprintf("%.1f", r.Seconds), r.Reason)
	return table.print("the relay")
}
