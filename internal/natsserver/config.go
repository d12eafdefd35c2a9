package natsserver

import (
	"path/filepath"
	"strconv"
	"strings"
	"text/template"
)

// The users of the server.
const (
	ownUser  = "larder"
	feedUser = "grocery"
)

// InboxPrefix is where the project's own connections get their replies. The subscriber may listen on
// the default prefix, _INBOX, and would hear them there.
const InboxPrefix = "_INBOX_larder"

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
//
// The subscriber's permissions are one list of what it may do; anything else is refused.
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
authorization {
  users: [
    { user: {{quote .Own}}, password: {{quote .OwnPassword}} }
    {
      user: {{quote .Feed}}, password: {{quote .FeedPassword}}
      permissions: {
        publish: { allow: [{{range .FeedPublish}}
          {{quote .}}{{end}}
        ] }
        subscribe: { allow: ["grocery.>", "_INBOX.>"] }
      }
    }
  ]
}
`

// feedPublish lists the subjects on which the subscriber may send: what a client library needs to
// read the stream GROCERY by consumers of its own, and nothing that changes the stream.
func feedPublish() []string {
	return []string{
		"$JS.API.STREAM.INFO.GROCERY",
		"$JS.API.CONSUMER.CREATE.GROCERY",
		"$JS.API.CONSUMER.CREATE.GROCERY.>",
		"$JS.API.CONSUMER.DURABLE.CREATE.GROCERY.*",
		"$JS.API.CONSUMER.INFO.GROCERY.*",
		"$JS.API.CONSUMER.NAMES.GROCERY",
		"$JS.API.CONSUMER.LIST.GROCERY",
		"$JS.API.CONSUMER.MSG.NEXT.GROCERY.*",
		"$JS.API.CONSUMER.DELETE.GROCERY.*",
		"$JS.ACK.GROCERY.>",
		"$JS.FC.GROCERY.>",
	}
}

func (c config) text() string {
	var text strings.Builder
	filled := template.Must(template.New("nats").Funcs(template.FuncMap{"quote": strconv.Quote}).Parse(configuration))
	err := filled.Execute(&text, map[string]any{
		"Port":         c.port,
		"Store":        filepath.Join(c.dir, "jetstream"),
		"Own":          ownUser,
		"OwnPassword":  c.secrets.larder,
		"Feed":         feedUser,
		"FeedPassword": c.secrets.grocery,
		"FeedPublish":  feedPublish(),
	})
	if err != nil {
		panic("natsserver: the template doesn't fit its data: " + err.Error())
	}
	return text.String()
}
