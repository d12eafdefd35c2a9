package component

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"

	"larder.dev/cmd/larder/internal/stores"
	commandapi "larder.dev/command-api"
	fileservice "larder.dev/file-service"
	"larder.dev/importer"
	"larder.dev/internal/identity"
	"larder.dev/internal/ledger"
	"larder.dev/internal/natsaccounts"
	"larder.dev/recipe"
)

// Importer brings recipes in from elsewhere. It writes them by the command API's use case, and their
// pictures by the file service's, in its own process: neither has to run for it.
func Importer() Kind {
	return Kind{
		Name:       "importer",
		SignsFiles: true, // the file service's use case answers with an address, though nobody reads it
		Help:       "Import recipes from pages, texts and archives.",
		Needs:      []stores.Store{stores.Postgres, stores.Redis, stores.NATS, stores.Objects},
		Keeps:      []stores.Store{stores.Postgres, stores.Objects},
		Uses:       []stores.Store{stores.Backup}, // like CommandAPI
		Inbox:      natsaccounts.ImporterInbox,
		Build:      buildImporter,
	}
}

func buildImporter(ctx context.Context, host *Host) (*Component, error) {
	deps := importer.Deps{
		Allow:    host.ImportAllow,
		Throttle: host.Throttle, Origin: host.Origin, TrustedProxies: host.TrustedProxies,
		Metrics: host.Metrics, Tracing: host.Tracing.For("importer"), Log: host.Log,
	}
	var err error
	if deps.Pool, err = host.Postgres(ctx); err != nil {
		return nil, err
	}
	if deps.Redis, err = host.Redis(ctx); err != nil {
		return nil, err
	}
	if deps.Objects, err = host.Objects(ctx); err != nil {
		return nil, err
	}
	if deps.Stream, err = host.Stream(ctx); err != nil {
		return nil, err
	}
	watch, err := host.Topology(ctx)
	if err != nil {
		return nil, err
	}
	deps.MayWrite = watch.MayWrite
	deps.Sessions = identity.NewSessions(deps.Redis)
	if err := importRecipes(host, &deps); err != nil {
		return nil, err
	}
	pictures, err := importPictures(ctx, host, &deps)
	if err != nil {
		return nil, err
	}
	built, err := importer.New(deps)
	if err != nil {
		return nil, fmt.Errorf("put the importer together: %w", err)
	}
	return &Component{
		Handler: built.Handler(),
		Takes:   takesImports,
		Run: func(ctx context.Context) error {
			var drawing sync.WaitGroup
			drawing.Go(func() { pictures.DrawLater(ctx) })
			built.Run(ctx)
			drawing.Wait()
			return nil
		},
	}, nil
}

// importRecipes has recipes written by the command API's use case.
func importRecipes(host *Host, deps *importer.Deps) error {
	commands, err := commandapi.New(commandapi.Deps{
		MayWrite: deps.MayWrite, Pool: deps.Pool, Redis: deps.Redis, Sessions: deps.Sessions, MaxRecipes: host.Quotas.Recipes, Log: host.Log,
	})
	if err != nil {
		return fmt.Errorf("put the writing of imported recipes together: %w", err)
	}
	deps.Write = func(ctx context.Context, user, id string, draft recipe.Draft, beside ledger.Beside) error {
		return importError(commands.ImportBeside(ctx, user, commandapi.Imported{ID: id, Draft: draft}, beside))
	}
	deps.Replace = func(ctx context.Context, user, id string, at func(int64) bool, draft recipe.Draft, beside ledger.Beside) error {
		return importError(commands.ReplaceBeside(ctx, user, id, at, draft, beside))
	}
	deps.Restore = func(ctx context.Context, user, id string, at func(int64) bool, earlier int64, beside ledger.Beside) error {
		return importError(commands.RestoreBeside(ctx, user, id, at, earlier, beside))
	}
	deps.Delete, deps.Duplicates = commands.DeleteUnchanged, commands.Duplicates
	if most := host.Quotas.Recipes; most > 0 {
		deps.Room = func(ctx context.Context, user string) (int64, error) {
			has, err := commands.CountRecipes(ctx, user)
			return most - int64(has), err
		}
	}
	return nil
}

// importError translates the command API's errors to the importer's.
func importError(err error) error {
	var unfit *commandapi.Unfit
	switch {
	case errors.As(err, &unfit):
		return fmt.Errorf("%w: %w", importer.ErrRefused, unfit)
	case errors.Is(err, commandapi.ErrSame):
		return importer.ErrSame
	case errors.Is(err, commandapi.ErrChanged):
		return importer.ErrChanged
	case errors.Is(err, commandapi.ErrNoRecipe):
		return importer.ErrGone
	default:
		return err
	}
}

// importPictures has pictures attached by the file service's use case.
func importPictures(ctx context.Context, host *Host, deps *importer.Deps) (*fileservice.Service, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find the program that draws pictures: %w", err)
	}
	standby, err := backupOf(ctx, host)
	if err != nil {
		return nil, err
	}
	files, err := fileservice.New(fileservice.Deps{
		MayWrite: deps.MayWrite, Pool: deps.Pool, Standby: standby, Redis: deps.Redis, Sessions: deps.Sessions, Objects: deps.Objects,
		Signer: host.Files.Signer, Verify: host.Files.Verify,
		Drawer: []string{self, fileservice.DrawCommand}, PictureMemory: host.Files.PictureMemory,
		MaxSize: host.Files.MaxSize, Clamd: host.Files.Clamd,
		MaxFiles: host.Quotas.Files, MaxFileBytes: host.Quotas.FileBytes, Log: host.Log,
	})
	if err != nil {
		return nil, fmt.Errorf("put the pictures of imported recipes together: %w", err)
	}
	deps.Picture = func(ctx context.Context, p importer.Picture) (int64, error) {
		version, err := files.Attach(ctx, fileservice.Attachment{User: p.User, Recipe: p.Recipe, Name: p.Name, Bytes: p.Bytes, Key: p.Key})
		if errors.Is(err, fileservice.ErrRefused) {
			return 0, fmt.Errorf("%w: %w", importer.ErrRefused, err)
		}
		return version, err
	}
	return files, nil
}

// takesImports comes before the other APIs in All.
func takesImports(_, path string) bool {
	return path == "/api/imports" || strings.HasPrefix(path, "/api/imports/")
}
