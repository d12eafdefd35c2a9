package main

import (
	"net/url"
	"os"
	"reflect"
	"slices"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"
)

// Every setting that is a file or a folder is read where the program was started, though the working folder changes later.
func TestPathsAreAbsolute(t *testing.T) {
	t.Parallel()
	var cli commands
	parser, err := kong.New(&cli, append(componentCommands(), kong.Vars{"version": "", "data_dir": "larder-data"})...)
	require.NoError(t, err)
	var checked []string
	err = kong.Visit(parser.Model, func(node kong.Visitable, next kong.Next) error {
		if flag, ok := node.(*kong.Flag); ok && slices.Contains([]string{"FILE", "DIR"}, flag.PlaceHolder) && flag.Target.Kind() == reflect.String {
			require.Equal(t, "path", flag.Tag.Type, "--"+flag.Name)
			checked = append(checked, flag.Name)
		}
		return next(nil)
	})
	require.NoError(t, err)
	require.Subset(t, checked, []string{"data-dir", "nats-creds", "feed-nats-creds", "grocery-nats-creds", "cloudfront-key"})
}

// So are the paths inside of addresses and those in the variables of libraries.
func TestPathsInAddressesAreAbsolute(t *testing.T) {
	folder := t.TempDir()
	t.Chdir(folder)
	t.Setenv("PGPASSFILE", "secrets/pgpass")
	t.Setenv("SSL_CERT_DIR", "certs:/etc/certs")
	t.Setenv("LARDER_FEED_NATS_CREDS", "feed.creds")
	t.Setenv("LARDER_POSTGRES_URL", "postgres://larder@db/larder?sslmode=verify-full&sslrootcert=ca.pem")
	t.Setenv("LARDER_CLAMD", "./clamd.sock")
	var cli commands
	parser, err := kong.New(&cli, append(componentCommands(), kong.Vars{"version": "", "data_dir": "larder-data"})...)
	require.NoError(t, err)
	_, err = parser.Parse([]string{"up", "--nats-creds", "larder.creds"})
	require.NoError(t, err)
	given := cli.given()
	require.Equal(t, folder+"/larder.creds", given.NATSCreds)
	require.Equal(t, folder+"/feed.creds", given.FeedNATSCreds)
	require.Equal(t, folder+"/larder-data", cli.DataDir)
	require.Equal(t, folder+"/clamd.sock", cli.Up.Clamd)
	require.Contains(t, given.PostgresURL, "sslrootcert="+url.QueryEscape(folder+"/ca.pem"))
	require.Equal(t, folder+"/secrets/pgpass", os.Getenv("PGPASSFILE"))
	require.Equal(t, folder+"/certs:/etc/certs", os.Getenv("SSL_CERT_DIR"))

	place, err := parseDumpPlace("larder.dump")
	require.NoError(t, err)
	require.Equal(t, folder+"/larder.dump", place.file)
}
