package component

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"

	"larder.dev/cmd/larder/internal/stores"
	"larder.dev/exporter"
	"larder.dev/internal/apidocs"
	"larder.dev/internal/httpserver"
	"larder.dev/internal/identity"
	"larder.dev/internal/jetstream"
	"larder.dev/projectors/searchindex"
	queryapi "larder.dev/query-api"
	"larder.dev/web"
)

// QueryAPI serves the reads. Without a backup it can't read while the primary is down; without a
// search index the database answers searches; without the stream, followers of /api/events learn of
// changes later; without the object store, exports have no pictures.
func QueryAPI() Kind {
	return Kind{
		Name:       "query-api",
		SignsFiles: true,
		Help:       "Answer the reads: search, detail, changes, events.",
		Needs:      []stores.Store{stores.Postgres, stores.Redis},
		Uses:       []stores.Store{stores.Backup, stores.NATS, stores.Elasticsearch, stores.Objects},
		Build:      buildQueryAPI,
	}
}

func buildQueryAPI(ctx context.Context, host *Host) (*Component, error) {
	deps := queryapi.Deps{
		Signer: host.Files.Signer, Origin: host.Origin, TrustedProxies: host.TrustedProxies,
		Throttle: host.Throttle, Metrics: host.Metrics, Tracing: host.Tracing.For("query-api"), Log: host.Log,
	}
	if err := connectQueryAPI(ctx, host, &deps); err != nil {
		return nil, err
	}
	api, err := queryapi.New(deps)
	if err != nil {
		return nil, fmt.Errorf("put the read side together: %w", err)
	}
	docs, err := web.Docs()
	if err != nil {
		return nil, fmt.Errorf("open the page of the API: %w", err)
	}
	checks := []httpserver.Check{{Name: string(stores.Postgres), Probe: api.PingDatabase}}
	if deps.Index != nil {
		checks = append(checks, readView(deps.Index, searchindex.Name))
	}
	return &Component{Handler: apidocs.Over(docs, api.Handler()), Takes: takesReads, Checks: checks}, nil
}

func connectQueryAPI(ctx context.Context, host *Host, deps *queryapi.Deps) (err error) {
	if deps.Primary, err = host.Postgres(ctx); err != nil {
		return err
	}
	if deps.Redis, err = host.Redis(ctx); err != nil {
		return err
	}
	deps.Sessions = identity.NewSessions(deps.Redis)
	if deps.Backup, err = backupOf(ctx, host); err != nil {
		return err
	}
	if deps.Stream, err = streamOf(ctx, host); err != nil {
		return err
	}
	if host.Address(stores.Objects) != "" {
		objects, err := host.Objects(ctx)
		if err != nil {
			return err
		}
		opener, err := OpenerOf(objects, host.Files.PictureMemory, host.Log)
		if err != nil {
			return err
		}
		deps.Pictures = func(user string) exporter.Pictures { return Pictures{Opener: opener, User: user, Log: host.Log} }
	}
	deps.Index, err = host.Index(ctx)
	return err
}

func backupOf(ctx context.Context, host *Host) (*pgxpool.Pool, error) {
	if host.Address(stores.Backup) == "" {
		return nil, nil
	}
	return host.Backup(ctx)
}

func streamOf(ctx context.Context, host *Host) (*jetstream.Conn, error) {
	if host.Address(stores.NATS) == "" {
		return nil, nil
	}
	return host.Stream(ctx)
}

func takesReads(method, path string) bool { return isAPI(path) && isRead(method) }
