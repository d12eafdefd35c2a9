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

// schemaOf names the check of a database's tables, which `larder migrate` lays.
func schemaOf(store stores.Store) string { return string(store) + " schema" }

// diskFull ends the names of the checks for room.
const diskFull = ": disk full"

// fullOf names the check of a store's room.
func fullOf(store stores.Store) string { return string(store) + diskFull }

// folderCheck asks whether the disk of the embedded servers has room: all of them end together where it has none.
func folderCheck(dir string) httpserver.Check {
	return httpserver.Check{
		Name: "data folder" + diskFull, Probe: func(context.Context) error { return fulldisk.Folder(dir) },
	}
}

// storeChecks ask whether a store is there and has room, and, where it is a database, whether it has this program's tables.
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

// errNotAsked says that a store is away, so that what is in it isn't known. The check of the store tells that.
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

// once asks until the answer was yes. Later it may become no without harm: a newer program may bring the
// tables on while this one still serves, as happens where one takes the other's place without a pause.
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
