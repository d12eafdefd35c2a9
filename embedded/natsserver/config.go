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

// The users of the server, in their accounts.
const (
	ownUser       = "larder"
	publisherUser = "feed"
	appUser       = "grocery-app"
	readerUser    = "grocery"
)

// config is what the server's configuration is made from.
type config struct {
	dir     string
	port    int
	secrets secrets
}

// configuration is in the server's own language, as a template.
//
// sync_interval: by default JetStream writes to the disk every two minutes and acknowledges before;
// what was acknowledged in between is lost with the machine.
//
// max_payload: an event holds a whole recipe of up to 1 MiB of JSON, and its headers.
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

// options are what the server is started with. Accounts and users that are put together in code, instead of read from a
// configuration, lose their JetStream at a restart.
func (c config) options() (*server.Options, error) {
	opts := &server.Options{}
	if err := opts.ProcessConfigString(c.text()); err != nil {
		return nil, fmt.Errorf("read the server's configuration: %w", err)
	}
	opts.NoSigs = true     // signals are the process's business, not a library's
	opts.DontListen = true // the gate does
	return opts, nil
}

// logins are the programs that the server knows: our own parts, which are one process and may do everything in their
// account, the publisher of the feed, the grocery app, the named subscribers, and whoever else on this machine reads the
// feed.
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

// loginOf is what a subscriber logs in as: a name that no login of ours has.
func loginOf(subscriber string) string { return "subscriber-" + subscriber }
