package main

import (
	"github.com/prometheus/client_golang/prometheus"

	"larder.dev/cmd/larder/internal/component"
	"larder.dev/internal/limits"
)

// limiting is how much one person may request and store; docs/limits.md explains each flag. The
// defaults are those of internal/limits, and a test compares them.
type limiting struct {
	LimitSearches   limits.Limit `env:"LARDER_LIMIT_SEARCHES" default:"4/500" placeholder:"N/N" help:"Searches at once/second (${default})."`
	LimitReads      limits.Limit `env:"LARDER_LIMIT_READS" default:"32/2000" placeholder:"N/N" help:"Other reads (${default})."`
	LimitWrites     limits.Limit `env:"LARDER_LIMIT_WRITES" default:"8/500" placeholder:"N/N" help:"Writes (${default})."`
	LimitUploads    limits.Limit `env:"LARDER_LIMIT_UPLOADS" default:"24/100" placeholder:"N/N" help:"Uploads of files (${default})."`
	LimitStreams    limits.Limit `env:"LARDER_LIMIT_STREAMS" default:"32/10" placeholder:"N/N" help:"Streams of events (${default})."`
	LimitExports    limits.Limit `env:"LARDER_LIMIT_EXPORTS" default:"1/1" placeholder:"N/N" help:"Exports of all recipes (${default})."`
	LimitGrocery    limits.Limit `env:"LARDER_LIMIT_GROCERY" default:"2/50" placeholder:"N/N" help:"Operations on the list (${default})."`
	LimitDeliveries limits.Limit `env:"LARDER_LIMIT_DELIVERIES" default:"128/1000" placeholder:"N/N" help:"Files read (${default})."`
	LimitLogins     limits.Limit `env:"LARDER_LIMIT_LOGINS" default:"8/20" placeholder:"N/N" help:"Logins from one address (${default})."`
	LimitWriteBytes int          `env:"LARDER_LIMIT_WRITE_BYTES" default:"1048576" placeholder:"BYTES" help:"Bytes/second (${default})."`
	LimitStrangers  limits.Limit `env:"LARDER_LIMIT_STRANGERS" default:"32/500" placeholder:"N/N" help:"Strangers, by address (${default})."`

	MaxRecipes   int64 `env:"LARDER_MAX_RECIPES" default:"200000" placeholder:"N" help:"Recipes of one person (${default})."`
	MaxFiles     int64 `env:"LARDER_MAX_FILES" default:"20000" placeholder:"N" help:"Files of one person (${default})."`
	MaxFileBytes int64 `env:"LARDER_MAX_FILE_BYTES" default:"107374182400" placeholder:"BYTES" help:"Bytes of them (100 GiB)."`
	MaxListItems int64 `env:"LARDER_MAX_LIST_ITEMS" default:"10000" placeholder:"N" help:"Items of one person's grocery list (${default})."`
	MaxSessions  int   `env:"LARDER_MAX_SESSIONS" default:"100" placeholder:"N" help:"Logins of one person that count (${default})."`
}

func (l limiting) limits() limits.Limits {
	return limits.Limits{
		limits.Search: l.LimitSearches, limits.Read: l.LimitReads, limits.Write: l.LimitWrites, limits.Upload: l.LimitUploads,
		limits.Stream: l.LimitStreams, limits.Export: l.LimitExports, limits.Grocery: l.LimitGrocery,
		limits.Delivery: l.LimitDeliveries, limits.Login: l.LimitLogins, limits.Stranger: l.LimitStrangers,
		limits.Volume: {PerSecond: l.LimitWriteBytes},
	}
}

func (l limiting) quotas() component.Quotas {
	return component.Quotas{
		Recipes: l.MaxRecipes, Files: l.MaxFiles, FileBytes: l.MaxFileBytes,
		ListItems: l.MaxListItems, Sessions: l.MaxSessions,
	}
}

// throttle returns the throttle that a process's components share.
func (l limiting) throttle(metrics *prometheus.Registry) (*limits.Throttle, error) {
	return limits.New(l.limits(), metrics)
}
