package natsserver

import (
	"path/filepath"
	"strconv"
	"strings"
	"text/template"

	"larder.dev/internal/natsaccounts"
)

// The users of the server, in their accounts.
const (
	ownUser       = "larder"
	publisherUser = "feed"
	appUser       = "grocery"
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
host: "127.0.0.1"
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
		"Port":     c.port,
		"Store":    filepath.Join(c.dir, storeFolder),
		"Accounts": natsaccounts.Embedded(c.secrets.logins()),
	})
	if err != nil {
		panic("natsserver: the template doesn't fit its data: " + err.Error())
	}
	return text.String()
}

// logins are the three programs that the server knows: our own parts, which are one process and may do
// everything in their account, the publisher of the feed, and whoever subscribes to it.
func (s secrets) logins() []natsaccounts.Login {
	return []natsaccounts.Login{
		{Account: natsaccounts.Larder, Name: ownUser, Password: s.larder},
		{Account: natsaccounts.Feed, Name: publisherUser, Password: s.publisher, As: natsaccounts.FeedUser},
		{Account: natsaccounts.Grocery, Name: appUser, Password: s.grocery, As: natsaccounts.GroceryUser},
	}
}
