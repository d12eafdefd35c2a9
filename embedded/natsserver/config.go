package natsserver

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"github.com/nats-io/nats-server/v2/server"

	"larder.dev/internal/natsaccounts"
)

// Server users, each in its own account.
const (
	ownUser       = "larder"
	publisherUser = "feed"
	appUser       = "grocery-app"
	readerUser    = "grocery"
)

// config holds the values of the server's configuration.
type config struct {
	dir     string
	port    int
	secrets secrets
}

// configuration is a template in the server's configuration language.
//
// sync_interval: by default JetStream acknowledges messages first and flushes to disk every two
// minutes, so a machine failure loses what it acknowledged in between.
//
// max_payload: an event holds a whole recipe of up to 1 MiB of JSON, plus its headers.
const configuration = `
server_name: larder
host: "{{.Host}}"
port: {{.Port}}
max_payload: 4MB
max_pending: 64MB
jetstream {
  store_dir: {{quote .Store}}
  sync_interval: always
  max_memory_store: 64MB
}
{{.Accounts}}`

func (c config) text() string {
	var text strings.Builder
	filled := template.Must(template.New("nats").Funcs(template.FuncMap{"quote": strconv.Quote}).Parse(configuration))
	err := filled.Execute(&text, map[string]any{
		"Host":     host,
		"Port":     c.port,
		"Store":    filepath.Join(c.dir, storeFolder),
		"Accounts": natsaccounts.Embedded(c.secrets.logins()),
	})
	if err != nil {
		panic("natsserver: the template doesn't fit its data: " + err.Error())
	}
	return text.String()
}

// options returns the server's start options. Accounts and users built in code, rather than read
// from a configuration, lose JetStream on restart.
func (c config) options() (*server.Options, error) {
	opts := &server.Options{}
	if err := opts.ProcessConfigString(c.text()); err != nil {
		return nil, fmt.Errorf("read the server's configuration: %w", err)
	}
	opts.NoSigs = true     // signals belong to the process, not to a library
	opts.DontListen = true // the gate listens instead
	return opts, nil
}

// logins lists the programs that may log in: our own parts, which share one process and may do
// anything in their account, the feed's publisher, the grocery app, the named subscribers, and any
// other local reader of the feed.
func (s secrets) logins() []natsaccounts.Login {
	reader := natsaccounts.Reader(slices.Sorted(maps.Keys(s.subscribers)))
	logins := []natsaccounts.Login{
		{Account: natsaccounts.Larder, Name: ownUser, Password: s.larder},
		{Account: natsaccounts.Feed, Name: publisherUser, Password: s.publisher, As: natsaccounts.FeedUser},
		{Account: natsaccounts.Grocery, Name: appUser, Password: s.app, As: natsaccounts.GroceryUser},
		{Account: natsaccounts.Readers, Name: readerUser, Password: s.reader, User: &reader},
	}
	for name, password := range s.subscribers {
		user := natsaccounts.Subscriber(name)
		logins = append(logins, natsaccounts.Login{
			Account: natsaccounts.Readers, Name: loginOf(name), Password: password, User: &user,
		})
	}
	return logins
}

// loginOf returns a subscriber's login name. The prefix keeps it distinct from our own logins.
func loginOf(subscriber string) string { return "subscriber-" + subscriber }
