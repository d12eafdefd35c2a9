package natsaccounts

import (
	"strconv"
	"strings"
	"text/template"
)

// Login is a user of the embedded server, by password.
type Login struct {
	Account  string
	Name     string // what it logs in as
	Password string
	// As is the user of the table whose permissions it has; "" for everything in the account.
	As string
	// User, where As is "", has the permissions of a user that isn't in the table.
	User *User
}

// embedded is the table in the language of the server's configuration.
const embedded = `
system_account: {{quote .System}}
accounts {
{{- range .Accounts}}
  {{quote .Name}} {
    {{- if .JetStream}}
    jetstream: {{if .Limits.Consumers}}{ max_consumers: {{.Limits.Consumers}} }{{else}}enabled{{end}}
    {{- end}}
    {{- if .Limits.Connections}}
    limits: {
      max_connections: {{.Limits.Connections}}, max_subscriptions: {{.Limits.Subscriptions}}, max_payload: {{.Limits.Payload}}
    }
    {{- end}}
    exports: [
      {{- range .Exports}}
      { {{kind .Service}}: {{quote .Subject}}{{if .Many}}, response_type: stream{{end}} }
      {{- end}}
    ]
    imports: [
      {{- range .Imports}}
      { {{kind .Service}}: { account: {{quote .Account}}, subject: {{quote .Subject}} }{{with .Local}}, to: {{quote .}}{{end}} }
      {{- end}}
    ]
    users: [
      {{- range index $.Logins .Name}}
      {
        user: {{quote .Name}}, password: {{quote .Password}}
        permissions: {
          publish: { allow: {{list .Publish}}{{with .Deny}}, deny: {{list .}}{{end}} }
          subscribe: { allow: {{list .Subscribe}} }
        }
      }
      {{- end}}
    ]
  }
{{- end}}
}
`

// Embedded writes the accounts, with these logins and no others, in the language of the server's
// configuration.
func Embedded(logins []Login) string {
	var text strings.Builder
	filled := template.Must(template.New("accounts").Funcs(template.FuncMap{
		"quote": strconv.Quote, "kind": kind, "list": list,
	}).Parse(embedded))
	err := filled.Execute(&text, map[string]any{
		"System": System, "Accounts": Accounts(), "Logins": byAccount(logins),
	})
	if err != nil {
		panic("natsaccounts: the template doesn't fit its data: " + err.Error())
	}
	return text.String()
}

// entry is a login with its permissions.
type entry struct {
	Login

	Publish, Deny, Subscribe []string
}

func byAccount(logins []Login) map[string][]entry {
	entries := map[string][]entry{}
	for _, login := range logins {
		e := entry{Login: login, Publish: All(), Subscribe: All()}
		user := login.User
		if login.As != "" {
			found := Find(login.As)
			user = &found
		}
		if user != nil {
			e.Publish, e.Deny, e.Subscribe = user.Publish, user.Deny, user.Subscribe
		}
		entries[login.Account] = append(entries[login.Account], e)
	}
	return entries
}

// Find gives a user of the table. It panics for a name that isn't there: names are constants.
func Find(name string) User {
	for _, account := range Accounts() {
		for _, user := range account.Users {
			if user.Name == name {
				return user
			}
		}
	}
	panic("natsaccounts: no user " + name)
}

func kind(service bool) string {
	if service {
		return "service"
	}
	return "stream"
}

func list(subjects []string) string {
	quoted := make([]string, len(subjects))
	for i, subject := range subjects {
		quoted[i] = strconv.Quote(subject)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
