package natsaccounts

import (
	"strconv"
	"strings"
	"text/template"
)

// Login is a password user of the embedded server.
type Login struct {
	Account  string
	Name     string // login name
	Password string
	// As is the table's user whose permissions it has; "" for everything in the account.
	As string
	// User, if As is "", holds permissions that aren't in the table.
	User *User
}

// embedded is the table as a template in the server's configuration language.
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

// Embedded returns the accounts, with exactly these logins, in the server's configuration language.
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

// Find returns a user of the table. It panics for an unknown name: names are constants.
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
