package component

import (
	"context"
	"errors"
	"sync/atomic"

	"larder.dev/cmd/larder/internal/stores"
	commandapi "larder.dev/command-api"
	"larder.dev/internal/fulldisk"
	"larder.dev/internal/httpserver"
	"larder.dev/internal/postgres"
)

// schemaOf names the check of a database's schema, which `larder migrate` creates.
func schemaOf(store stores.Store) string { return string(store) + " schema" }

// diskFull is the suffix of the names of checks for space.
const diskFull = ": disk full"

// fullOf names the check of a store's space.
func fullOf(store stores.Store) string { return string(store) + diskFull }

// folderCheck checks the disk of the embedded servers: when it is full, they all stop together.
func folderCheck(dir string) httpserver.Check {
	return httpserver.Check{
		Name: "data folder" + diskFull, Probe: func(context.Context) error { return fulldisk.Folder(dir) },
	}
}

// storeChecks check that a store is reachable and has space, and that a database has this program's
// schema.
func storeChecks(host *Host, store stores.Store, optional, roomOptional bool) []httpserver.Check {
	checks := []httpserver.Check{
		{Name: string(store), Optional: optional, Probe: host.Probe(store)},
		{Name: fullOf(store), Optional: roomOptional, Probe: host.Full(store)},
	}
	if store == stores.Postgres || store == stores.Backup {
		checks = append(checks, httpserver.Check{
			Name: schemaOf(store), Optional: optional, Probe: once(schemaProbe(host.Address(store))),
		})
	}
	return checks
}

// errNotAsked means that a store is unreachable, so its contents are unknown. The store's own check
// reports that.
var errNotAsked = errors.New("the store is away")

func schemaProbe(url string) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		err := commandapi.CheckSchema(ctx, url)
		if postgres.Unavailable(err) {
			return errNotAsked
		}
		return err
	}
}

// once repeats the probe until it succeeds. A later failure is harmless: a newer program may
// migrate the tables while this one still serves, as in a rolling update.
func once(probe func(ctx context.Context) error) func(ctx context.Context) error {
	var found atomic.Bool
	return func(ctx context.Context) error {
		if found.Load() {
			return nil
		}
		err := probe(ctx)
		if errors.Is(err, errNotAsked) {
			return nil
		}
		found.Store(err == nil)
		return err
	}
}
