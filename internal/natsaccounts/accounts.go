// Package natsaccounts is the single table of permissions on NATS: accounts, their users, and each
// user's subjects. It generates both the embedded server's configuration ([Embedded]) and the
// signed accounts and credentials for servers ([Issue]), so that both deny the same.
//
// Accounts, more than permissions, confine the grocery app: NATS checks the subject of a request
// but not its reply subject, so anybody who may call JetStream can have the answer delivered to any
// subject of their own account. The app's account has no stream that could capture such an answer.
// It imports what reading needs from the feed's account, and the answers return to its own.
package natsaccounts

import (
	"slices"
	"strings"
)

// InboxPrefix is the inbox prefix of the project's own connections; the grocery app uses the
// default, _INBOX.
const InboxPrefix = "_INBOX_larder"

// The accounts.
const (
	Larder  = "LARDER"  // the stream LARDER and everything between our own parts
	Feed    = "FEED"    // the stream GROCERY and nothing else
	Grocery = "GROCERY" // the grocery app; no stream
	Readers = "READERS" // all other subscribers to the feed; no stream
	System  = "SYS"     // the servers' own
)

// The users that programs refer to by name.
const (
	FeedUser    = "feed"
	GroceryUser = "grocery-app"
)

// The streams and buckets that the subjects below refer to.
const (
	eventStream = "LARDER"
	feedStream  = "GROCERY"
	parked      = "PARKED"
	checkpoints = "CHECKPOINTS"
	control     = "CONTROL" // holds which database is the primary
)

// ControlInbox receives the control bucket's answers, for users who may read nothing else.
const ControlInbox = "_INBOX_control"

// ImporterInbox receives the importer's events and answers: in our shared inbox it would hear what
// projections receive, including accounts.
const ImporterInbox = "_INBOX_importer"

// nowhere is a system account subject without listeners, see groceryImports.
const nowhere = "larder.nowhere.>"

// Account is one account.
type Account struct {
	Name      string
	JetStream bool // may have streams
	Limits    Limits
	Exports   []Export
	Imports   []Import
	Users     []User
}

// Limits bound what an account's users consume together; 0 is unlimited.
type Limits struct {
	Connections   int64
	Subscriptions int64 // per connection
	Payload       int64 // bytes per message they send
	Consumers     int64 // of the account's streams
}

// Export lets another of our accounts import a subject.
type Export struct {
	Subject string
	Service bool // answers requests; otherwise a stream of messages
	Many    bool // a request may have several answers
}

// Import is another account's export.
type Import struct {
	Account string
	Subject string // in the exporting account
	Service bool
	Local   string // the subject in this account; "" for the same
}

// User is one component's credentials. Empty lists allow nothing; [All] allows everything in the
// account.
type User struct {
	Name      string
	For       string // who uses it
	Publish   []string
	Deny      []string // exceptions to Publish
	Subscribe []string
}

// All permits every subject of an account.
func All() []string { return []string{">"} }

// Accounts returns the table.
func Accounts() []Account {
	return []Account{
		{Name: Larder, JetStream: true, Users: []User{commandAPI(), fileService(), importer(), relay(), queryAPI(), projectors(), operator()}},
		{
			Name: Feed, JetStream: true, Exports: feedExports(), Limits: Limits{Consumers: maxConsumers},
			Users: []User{feedPublisher()},
		},
		{Name: Grocery, Imports: groceryImports(), Users: []User{groceryApp()}},
		{
			Name: Readers, Imports: groceryImports(),
			Limits: Limits{Connections: maxReaders, Subscriptions: maxSubscriptions, Payload: maxRequest},
		},
		{
			Name: System, Exports: []Export{{Subject: nowhere, Service: true}},
			Users: []User{{
				Name: "system", For: "whoever looks after the NATS servers (`nats server report`)",
				Publish: All(), Subscribe: All(),
			}},
		},
	}
}

// commandAPI may ask which database is the primary, and nothing else.
func commandAPI() User {
	return User{Name: "command-api", For: "`larder command-api`", Publish: watching(), Subscribe: []string{ControlInbox + ".>"}}
}

// fileService may ask the same, for its writes.
func fileService() User {
	return User{Name: "file-service", For: "`larder file-service`", Publish: watching(), Subscribe: []string{ControlInbox + ".>"}}
}

// importer may read the events of imports through its own consumer, and nothing else of the stream:
// the filter is part of the subject with which that consumer is created.
func importer() User {
	return User{
		Name: "importer", For: "`larder importer`",
		Publish:   slices.Concat(driving(eventStream, "importer", "larder.import.>"), watching()),
		Subscribe: []string{ImporterInbox + ".>", ControlInbox + ".>"},
	}
}

// watching lists the requests that read the control bucket's one key.
func watching() []string {
	stream := "KV_" + control
	return []string{"$JS.API.STREAM.INFO." + stream, "$JS.API.DIRECT.GET." + stream, "$JS.API.DIRECT.GET." + stream + ".>"}
}

// relay creates the stream, fills a new one from the ledger, publishes the ledger's events, and
// purges forgotten ones.
func relay() User {
	return User{
		Name: "relay", For: "`larder relay`",
		Publish: slices.Concat(
			[]string{"larder.recipe.*.*", "larder.grocery.*.*", "larder.import.*.*", "larder.user.*"},
			making(eventStream),
			[]string{"$JS.API.DIRECT.GET." + eventStream + ".larder.>", "$JS.API.STREAM.PURGE." + eventStream},
			watching()),
		Subscribe: []string{InboxPrefix + ".>", ControlInbox + ".>"},
	}
}

// queryAPI may subscribe to users' changes and only ask which database is the primary. Its only
// inbox is for that answer: our shared one would reveal deliveries to the projections, including
// accounts with their password hashes.
func queryAPI() User {
	return User{
		Name: "query-api", For: "`larder query-api`",
		Publish:   watching(),
		Subscribe: []string{"larder.recipe.*.>", ControlInbox + ".>"},
	}
}

// projectors consume the stream, keep state in two buckets, purge a deleted user from the stream,
// and answer the operator. Their replies go to inboxes of one token, where calls wait; JetStream's
// replies go to inboxes of two, so nobody can forge them.
func projectors() User {
	return User{
		Name: "projectors", For: "`larder projectors`",
		Publish: slices.Concat(
			reading(eventStream),
			[]string{
				"$JS.API.STREAM.INFO." + eventStream,
				"$JS.API.CONSUMER.RESET." + eventStream + ".*",
				"$JS.API.STREAM.PURGE." + eventStream,
				"larder.control.projectors.>",
				InboxPrefix + ".*",
				InboxPrefix + ".*.cancel",
				"$JS.API.INFO", // the client asks for the account's limits before creating a bucket
			},
			bucket(parked), bucket(checkpoints), watching()),
		Subscribe: []string{InboxPrefix + ".>", "larder.control.projectors.>", ControlInbox + ".>"},
	}
}

// operator is every component at once: if no component runs, an operator's command does their work
// itself.
func operator() User {
	all := []User{commandAPI(), importer(), relay(), queryAPI(), projectors()}
	user := User{Name: "operator", For: "an operator's commands: status, rebuild, events, reconcile, user delete, failover, failback"}
	for _, u := range all {
		user.Publish = append(user.Publish, u.Publish...)
		user.Subscribe = append(user.Subscribe, u.Subscribe...)
	}
	user.Publish = append(user.Publish, bucket(control)...) // failover and failback write it
	user.Publish, user.Subscribe = once(user.Publish), once(user.Subscribe)
	return user
}

// feedPublisher is what the grocery projection needs: conditional publishing, looking up what was
// sent, and purging a deleted user or a forgotten recipe's request.
func feedPublisher() User {
	return User{
		Name: FeedUser, For: "the grocery projection and an operator's commands, beside their other credentials",
		Publish: slices.Concat(
			[]string{"grocery.*.added", "grocery.*.erased"},
			making(feedStream), reading(feedStream),
			[]string{"$JS.API.STREAM.PURGE." + feedStream, "$JS.API.STREAM.MSG.DELETE." + feedStream}),
		Subscribe: []string{InboxPrefix + ".>"},
	}
}

// groceryApp is what a client library needs to read the feed through its own consumers, and nothing
// that changes the stream.
func groceryApp() User {
	return User{
		Name: GroceryUser, For: "`larder grocery-app` alone; another program is a subscriber, see below",
		Publish:   borrowed(),
		Subscribe: []string{"grocery.>", "_INBOX.>"},
	}
}

// borrowed lists the requests to the feed's account that subscribers may make.
func borrowed() []string {
	return slices.Concat(
		looking(feedStream),
		consuming(feedStream),
		[]string{
			"$JS.API.CONSUMER.DURABLE.CREATE." + feedStream + ".*", // used by older clients
			"$JS.API.CONSUMER.NAMES." + feedStream,
			"$JS.API.CONSUMER.LIST." + feedStream,
		})
}

// feedExports lists the requests that groceryImports borrows, the feed itself, and the delivery
// inboxes of push consumers. None of our connections uses the default inbox, so nothing else is
// exposed there.
func feedExports() []Export {
	list := []Export{{Subject: "grocery.>"}, {Subject: "_INBOX.>"}}
	for _, subject := range borrowed() {
		list = append(list, Export{Subject: subject, Service: true, Many: many(subject)})
	}
	return list
}

// many reports whether a request has several answers: a batch of the feed.
func many(subject string) bool {
	return subject == next(feedStream) || strings.HasPrefix(subject, "$JS.API.DIRECT.GET.")
}

// groceryImports lists what the app's account borrows. The last import shadows the account's own
// JetStream API: an account without JetStream answers each API request with "not enabled", and that
// answer would arrive before the feed's.
func groceryImports() []Import {
	var list []Import
	for _, export := range feedExports() {
		list = append(list, Import{Account: Feed, Subject: export.Subject, Service: export.Service})
	}
	return append(list, Import{Account: System, Subject: nowhere, Service: true, Local: "$JS.API.>"})
}

// looking lists the requests that describe a stream and read single messages, without consuming
// any.
func looking(stream string) []string {
	return []string{
		"$JS.API.STREAM.INFO." + stream,
		"$JS.API.STREAM.MSG.GET." + stream,
		"$JS.API.DIRECT.GET." + stream,
		"$JS.API.DIRECT.GET." + stream + ".>",
	}
}

// making lists the requests that create a stream, or update it to a version's settings.
func making(stream string) []string {
	return []string{
		"$JS.API.STREAM.INFO." + stream,
		"$JS.API.STREAM.CREATE." + stream,
		"$JS.API.STREAM.UPDATE." + stream,
	}
}

// reading lists the requests that read a stream: by consumers, and single messages.
func reading(stream string) []string {
	return slices.Concat(consuming(stream), []string{
		"$JS.API.DIRECT.GET." + stream,
		"$JS.API.DIRECT.GET." + stream + ".>",
	})
}

// consuming lists the requests that create, use and delete a stream's consumers.
func consuming(stream string) []string {
	return []string{
		"$JS.API.CONSUMER.CREATE." + stream,
		"$JS.API.CONSUMER.CREATE." + stream + ".>",
		"$JS.API.CONSUMER.INFO." + stream + ".*",
		next(stream),
		"$JS.API.CONSUMER.DELETE." + stream + ".*",
		"$JS.ACK." + stream + ".>",
		"$JS.FC." + stream + ".>",
	}
}

// driving lists the requests that create and use one consumer with one filter.
func driving(stream, consumer, filter string) []string {
	return []string{
		"$JS.API.CONSUMER.CREATE." + stream + "." + consumer + "." + filter,
		"$JS.API.CONSUMER.INFO." + stream + "." + consumer,
		"$JS.API.CONSUMER.MSG.NEXT." + stream + "." + consumer,
		"$JS.API.CONSUMER.RESET." + stream + "." + consumer,
		"$JS.ACK." + stream + "." + consumer + ".>",
	}
}

func next(stream string) string { return "$JS.API.CONSUMER.MSG.NEXT." + stream + ".*" }

// bucket lists the requests that create, read and write a bucket, which is a stream.
func bucket(name string) []string {
	stream := "KV_" + name
	return slices.Concat(making(stream), reading(stream), []string{"$KV." + name + ".>"})
}

func once(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}
