package main

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"

	"larder.dev/cmd/larder/internal/stores"
	"larder.dev/internal/fulldisk"
	"larder.dev/internal/topology"
)

// serverState is a server's availability.
type serverState string

const (
	serverUp   serverState = "up"
	serverAway serverState = "away"
	serverFull serverState = "disk full" // refuses writes, serves reads
)

// serverRole is a database's current role: a failover changes that, but not its name.
type serverRole string

const (
	rolePrimary serverRole = "primary"
	roleBackup  serverRole = "backup"
)

// serverStatus is one server's status.
type serverStatus struct {
	Name   stores.Store `json:"name"`
	State  serverState  `json:"state"`
	Role   serverRole   `json:"role,omitempty"` // of the two databases
	Reason string       `json:"reason,omitempty"`
}

// serverPatience is how long a server may take to answer.
const serverPatience = 2 * time.Second

// servers asks every server with an address, concurrently. NATS is asked through one account, since
// all three would say the same.
func servers(ctx context.Context, larder *connection) []serverStatus {
	var all []serverStatus
	for _, store := range stores.All() {
		if larder.Address(store) == "" || store == stores.Feed || store == stores.GroceryFeed {
			continue
		}
		status := serverStatus{Name: store, State: serverAway}
		if err := larder.Open(ctx, store); err != nil {
			status.Reason = err.Error()
		}
		all = append(all, status)
	}
	if watch := larder.Watching(); watch != nil {
		known := watch.Known(ctx) // waits for an unreachable server, so don't count that against the others' time
		for i := range all {
			all[i].Role = roleOf(all[i].Name, known.Primary)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, serverPatience)
	defer cancel()
	var asking sync.WaitGroup
	for i := range all {
		if all[i].Reason == "" {
			asking.Go(func() { all[i].ask(ctx, larder) })
		}
	}
	asking.Wait()
	return all
}

func roleOf(store stores.Store, primary topology.Side) serverRole {
	side, isDatabase := map[stores.Store]topology.Side{stores.Postgres: topology.A, stores.Backup: topology.B}[store]
	switch {
	case !isDatabase:
		return ""
	case side == primary:
		return rolePrimary
	default:
		return roleBackup
	}
}

// note is what a person is told about a server besides its state.
func (s *serverStatus) note() string {
	switch {
	case s.Name == stores.Backup && s.Role == rolePrimary:
		return "the primary, since a failover; larder failback changes that back"
	case s.Name == stores.Postgres && s.Role == roleBackup:
		return "the backup, since a failover"
	default:
		return ""
	}
}

func (s *serverStatus) ask(ctx context.Context, larder *connection) {
	if err := larder.Probe(s.Name)(ctx); err != nil {
		s.Reason = err.Error()
		return
	}
	s.State = serverUp
	if room := larder.SomeRoom(s.Name); room != nil {
		if err := room(ctx); fulldisk.Is(err) {
			s.State, s.Reason = serverFull, err.Error()
		}
	}
}

func printServers(con console, all []serverStatus) error {
	fmt.Fprintln(con.out)
	table := newTable(con.out, "SERVER", "STATE")
	for _, s := range all {
		table.row(s.Name, s.State, cmp.Or(s.Reason, s.note()))
	}
	return table.print("the servers")
}
