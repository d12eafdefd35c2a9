package main

import (
	"context"
	"fmt"
	"time"

	"larder.dev/cmd/larder/internal/stores"
	commandapi "larder.dev/command-api"
)

// relayStatus is how the relay is, and what waits for it.
type relayStatus struct {
	Leads   bool    `json:"leads"` // some process relays; without one what is written stays in the database
	Events  int64   `json:"events"`
	Seconds float64 `json:"seconds"` // age of the oldest of them, by the clocks of who wrote it and of this machine
	Reason  string  `json:"reason,omitempty"`
}

// relaying asks the primary, nil where it has no address.
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
