package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"larder.dev/cmd/larder/internal/component"
	"larder.dev/cmd/larder/internal/stores"
)

// commands is the command line: the global flags, and the commands.
type commands struct {
	settings `group:"Global flags:"`

	Up         upCommand         `cmd:"" help:"Run everything in one process."`
	Projectors projectorsCommand `cmd:"" help:"Keep the views up to date: all of them, or those that are named."`
	Lambda     lambdaCommand     `cmd:"" help:"Run an API as an AWS Lambda function."`

	Bridge bridgeCommand `cmd:"" name:"grocery-bridge" help:"Hand the grocery feed on to a webhook or to Home Assistant."`

	User       userCommands       `cmd:"" help:"Add and change the people who may log in."`
	Subscriber subscriberCommands `cmd:"" help:"Add and remove programs that read the grocery feed."`

	Import    importCommand    `cmd:"" help:"Put recipes in: an export of Larder or another program, web pages, text."`
	Export    exportCommand    `cmd:"" help:"Print a user's recipes, one JSON object a line."`
	History   historyCommand   `cmd:"" help:"Show the versions of a recipe, or the recipe as it was at one."`
	Restore   restoreCommand   `cmd:"" help:"Make an earlier version of a recipe the current one, also of a deleted recipe."`
	Status    statusCommand    `cmd:"" help:"Show how far each projection is, the relay, and each server."`
	Rebuild   rebuildCommand   `cmd:"" help:"Fill a projection anew from the stream, while it serves."`
	Past      asOfCommands     `cmd:"" help:"Look into search indices as they were."`
	Events    eventsCommands   `cmd:"" help:"Look at the events."`
	Reconcile reconcileCommand `cmd:"" help:"Compare the ledger with the stream and every view, and mend what differs."`
	Backup    backupCommands   `cmd:"" help:"Keep the backup whole: copy, verify, dump, restore."`
	Failover  failoverCommand  `cmd:"" help:"Make the backup the primary, and fence the old one."`
	Failback  failbackCommand  `cmd:"" help:"Bring in what the old primary alone has, and make it the primary again."`
	Migrate   migrateCommand   `cmd:"" help:"Bring the databases to this version's schema."`
	TakeOver  takeOverCommand  `cmd:"" name:"take-over" help:"Give databases of a superuser's an owner that is none."`

	Probe        probeCommand        `cmd:"" help:"Ask a component on this machine whether it is ready; for health checks."`
	NATSAccounts natsAccountsCommand `cmd:"" name:"nats-accounts" help:"Write accounts and credentials for NATS servers."`

	Env        envCommand        `cmd:"" help:"Print addresses and credentials of a running larder, for psql, nats, redis-cli and aws."`
	Completion completionCommand `cmd:"" help:"Print what makes a shell complete larder's commands and flags."`
	Man        manCommand        `cmd:"" help:"Print the manual page."`
	Help       helpCommand       `cmd:"" help:"Show what a command does and takes."`
	About      versionCommand    `cmd:"" name:"version" help:"Print the version."`

	HelpAll helpAll     `help:"Show help with the flags that every command takes."`
	Version versionFlag `help:"Print the version and stop."`
}

// settings are the flags that every command takes; each also has an environment variable.
type settings struct {
	presence presence // of the selected command

	DataDir string `type:"path" env:"LARDER_DATA_DIR" default:"${data_dir}" placeholder:"DIR" help:"Where Larder keeps its data."`

	PostgresURL       string `env:"LARDER_POSTGRES_URL" placeholder:"URL" help:"A PostgreSQL instead of the embedded one."`
	BackupPostgresURL string `env:"LARDER_BACKUP_POSTGRES_URL" placeholder:"URL" help:"The PostgreSQL of the backup."`
	NATSURL           string `name:"nats-url" env:"LARDER_NATS_URL" placeholder:"URL" help:"A NATS server with JetStream."`
	NATSCreds         string `name:"nats-creds" type:"path" env:"LARDER_NATS_CREDS" placeholder:"FILE" help:"Credentials for that server."`
	FeedNATSURL       string `name:"feed-nats-url" env:"LARDER_FEED_NATS_URL" placeholder:"URL" help:"NATS of the grocery feed (the same)."`
	FeedNATSCreds     string `name:"feed-nats-creds" type:"path" env:"LARDER_FEED_NATS_CREDS" placeholder:"FILE" help:"Its publisher's."`
	RedisURL          string `env:"LARDER_REDIS_URL" placeholder:"URL" help:"A Redis."`

	ElasticsearchURL   string `env:"LARDER_ELASTICSEARCH_URL" placeholder:"URL" help:"An Elasticsearch for the search index."`
	ElasticsearchAlias string `env:"LARDER_ELASTICSEARCH_ALIAS" default:"larder-recipes" help:"The index there (${default})."`
	GroceryPostgresURL string `env:"LARDER_GROCERY_POSTGRES_URL" placeholder:"URL" help:"The PostgreSQL of the grocery app."`
	GroceryNATSURL     string `name:"grocery-nats-url" env:"LARDER_GROCERY_NATS_URL" placeholder:"URL" help:"NATS for the grocery app."`
	GroceryNATSCreds   string `name:"grocery-nats-creds" type:"path" env:"LARDER_GROCERY_NATS_CREDS" placeholder:"FILE" help:"Its own."`
	S3Endpoint         string `name:"s3-endpoint" env:"LARDER_S3_ENDPOINT" placeholder:"URL" help:"An S3 store, or file:///DIR, for files."`
	S3Bucket           string `name:"s3-bucket" env:"LARDER_S3_BUCKET" default:"larder" help:"The bucket there (${default})."`
	S3AccessKey        string `name:"s3-access-key" env:"LARDER_S3_ACCESS_KEY" placeholder:"KEY" help:"What requests to it are signed with."`
	S3SecretKey        string `name:"s3-secret-key" env:"LARDER_S3_SECRET_KEY" placeholder:"KEY" help:"The secret of that key."`

	LogLevel *slog.Level `env:"LARDER_LOG_LEVEL" help:"debug, info, warn or error; info for up, and warn for the tools."`
}

func (s *settings) given() stores.Given {
	return stores.Given{
		PostgresURL:       s.PostgresURL,
		BackupPostgresURL: s.BackupPostgresURL,
		NATSURL:           s.NATSURL,
		NATSCreds:         s.NATSCreds,
		FeedNATSURL:       s.FeedNATSURL,
		FeedNATSCreds:     s.FeedNATSCreds,
		RedisURL:          s.RedisURL,
		ElasticsearchURL:  s.ElasticsearchURL, ElasticsearchAlias: s.ElasticsearchAlias,

		GroceryPostgresURL: s.GroceryPostgresURL,
		FeedURL:            s.GroceryNATSURL,
		FeedCreds:          s.GroceryNATSCreds,
		S3Endpoint:         s.S3Endpoint,
		S3Bucket:           s.S3Bucket,
		S3AccessKey:        s.S3AccessKey,
		S3SecretKey:        s.S3SecretKey,
	}
}

// logLevel keeps the tools quiet unless asked: they print what they have to say. A command is
// kong's name for it, such as "projectors <name>".
func (s *settings) logLevel(command string) slog.Level {
	name, _, _ := strings.Cut(command, " ")
	isComponent := func(kind component.Kind) bool { return kind.Name == name }
	switch {
	case s.LogLevel != nil:
		return *s.LogLevel
	case name == "up", name == "lambda", name == bridgeName, slices.ContainsFunc(component.All(), isComponent):
		return slog.LevelInfo
	default:
		return slog.LevelWarn
	}
}

// defaultDataDir follows the XDG base directory specification.
func defaultDataDir() string {
	if base := os.Getenv("XDG_DATA_HOME"); base != "" {
		return filepath.Join(base, "larder")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "larder-data"
	}
	return filepath.Join(home, ".local", "share", "larder")
}
