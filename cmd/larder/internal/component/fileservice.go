package component

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"larder.dev/cmd/larder/internal/stores"
	fileservice "larder.dev/file-service"
	"larder.dev/internal/cdn"
	"larder.dev/internal/identity"
)

// Files are the settings for accepting files and signing their addresses.
type Files struct {
	Signer  cdn.Signer // nil without a secret
	Verify  *cdn.Plain
	MaxSize int64 // per file, in bytes; 0 for the default
	// MaxUnfinished bounds the bytes of a person's unfinished uploads; 0 for the default.
	MaxUnfinished int64
	// PictureMemory bounds the memory of the process that scales a picture; 0 for the default.
	PictureMemory int64
	Clamd         string // "" for none
}

// FileService accepts files and delivers them. Only it changes the object store; while that is
// down, recipes still work, and this isn't ready.
func FileService() Kind {
	return Kind{
		Name:       "file-service",
		SignsFiles: true,
		Help:       "Take files, keep them in the object store, and deliver them.",
		Needs:      []stores.Store{stores.Postgres, stores.Redis, stores.Objects},
		Keeps:      []stores.Store{stores.Postgres, stores.Objects},
		Uses:       []stores.Store{stores.Backup}, // like CommandAPI
		Build:      buildFileService,
	}
}

func buildFileService(ctx context.Context, host *Host) (*Component, error) {
	if host.Files.Signer == nil {
		return nil, errors.New("the file service needs a secret to sign addresses with: LARDER_CDN_SECRET")
	}
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find the program that draws pictures: %w", err)
	}
	deps := fileservice.Deps{
		Drawer: []string{self, fileservice.DrawCommand},
		Signer: host.Files.Signer, Verify: host.Files.Verify,
		MaxSize: host.Files.MaxSize, MaxUnfinished: host.Files.MaxUnfinished, Clamd: host.Files.Clamd,
		PictureMemory: host.Files.PictureMemory,
		Throttle:      host.Throttle, MaxFiles: host.Quotas.Files, MaxFileBytes: host.Quotas.FileBytes,
		Origin: host.Origin, TrustedProxies: host.TrustedProxies,
		Metrics: host.Metrics, Tracing: host.Tracing.For("file-service"), Log: host.Log,
	}
	if deps.Pool, err = host.Postgres(ctx); err != nil {
		return nil, err
	}
	if deps.Redis, err = host.Redis(ctx); err != nil {
		return nil, err
	}
	if deps.Standby, err = backupOf(ctx, host); err != nil {
		return nil, err
	}
	watch, err := host.Topology(ctx)
	if err != nil {
		return nil, err
	}
	deps.MayWrite = watch.MayWrite
	deps.Sessions = identity.NewSessions(deps.Redis)
	if deps.Objects, err = host.Objects(ctx); err != nil {
		return nil, err
	}
	service, err := fileservice.New(deps)
	if err != nil {
		return nil, fmt.Errorf("put the file service together: %w", err)
	}
	return &Component{
		Handler: service.Handler(),
		Takes:   takesFiles,
		Run:     func(ctx context.Context) error { service.Run(ctx); return nil },
		Flush:   service.Flush,
		Upkeep:  service.Upkeep,
	}, nil
}

// takesFiles comes before the other APIs in All. A preflight is routed like the request after it.
func takesFiles(method, path string) bool {
	switch {
	case strings.HasPrefix(path, cdn.Prefix), strings.HasPrefix(path, "/api/files/"):
		return true
	default:
		recipe, found := strings.CutPrefix(path, "/api/recipes/")
		return found && strings.HasSuffix(recipe, "/files") && (method == http.MethodPost || method == http.MethodOptions)
	}
}
