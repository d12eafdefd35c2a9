// Package natsaccounts is the one table of who may do what on NATS: accounts, their users, and the subjects
// of each. It is written into the configuration of the embedded server ([Embedded]) and into the signed
// accounts and credentials of servers ([Issue]), so that both refuse the same.
//
// What keeps the grocery app in its place are accounts, and its permissions only besides: NATS checks the
// subject of a request and not the one that the answer goes to, so whoever may ask JetStream anything can
// have the answer delivered to any subject of the own account. The app's account has no stream that could
// take such an answer. It borrows from the account of the feed what reading needs, and the answers come
// back to its own.
package natsaccounts

import (
	"slices"
	"strings"
)

// InboxPrefix is where the project's own connections get their answers; the grocery app has the default,
// _INBOX.
const InboxPrefix = "_INBOX_larder"

// The accounts.
const (
	Larder  = "LARDER"  // the stream LARDER and everything between our own parts
	Feed    = "FEED"    // the stream GROCERY and nothing else
	Grocery = "GROCERY" // the grocery app; no stream
	Readers = "READERS" // every other subscriber to the feed; no stream
	System  = "SYS"     // the servers' own
)

// The users that a program must be able to name.
const (
	FeedUser    = "feed"
	GroceryUser = "grocery-app"
)

// The streams and buckets that the subjects below are about.
const (
	eventStream = "LARDER"
	feedStream  = "GROCERY"
	parked      = "PARKED"
	checkpoints = "CHECKPOINTS"
	control     = "CONTROL" // which database is the primary
)

// ControlInbox is where the answers of the control bucket come to, for those who may read nothing else.
const ControlInbox = "_INBOX_control"

// nowhere is a subject of the system account that nobody listens to, see groceryImports.
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

// Limits bound what the users of an account take together; 0 is no bound.
type Limits struct {
	Connections   int64
	Subscriptions int64 // of each connection
	Payload       int64 // bytes of one message that they send
	Consumers     int64 // of the account's streams
}

// Export lets another account of ours import a subject.
type Export struct {
	Subject string
	Service bool // answers requests; else it is a flow of messages
	Many    bool // one request may have many answers
}

// Import is an export of another account.
type Import struct {
	Account string
	Subject string // in the exporting account
	Service bool
	Local   string // the subject in this account; "" for the same
}

// User is one component's credentials. Empty lists allow nothing; [All] allows everything in the account.
type User struct {
	Name      string
	For       string // who uses it
	Publish   []string
	Deny      []string // of what Publish allows
	Subscribe []string
}

// All is the permission for every subject of an account.
func All() []string { return []string{">"} }

// Accounts gives the table.
func Accounts() []Account {
	return []Account{
		{Name: Larder, JetStream: true, Users: []User{commandAPI(), fileService(), relay(), queryAPI(), projectors(), operator()}},
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

// commandAPI asks which database is the primary, and nothing else.
func commandAPI() User {
	return User{Name: "command-api", For: "`larder command-api`", Publish: watching(), Subscribe: []string{ControlInbox + ".>"}}
}

// fileService asks the same, for its writes.
func fileService() User {
	return User{Name: "file-service", For: "`larder file-service`", Publish: watching(), Subscribe: []string{ControlInbox + ".>"}}
}

// watching are the requests that read the control bucket's one key.
func watching() []string {
	stream := "KV_" + control
	return []string{"$JS.API.STREAM.INFO." + stream, "$JS.API.DIRECT.GET." + stream, "$JS.API.DIRECT.GET." + stream + ".>"}
}

// relay makes the stream, fills it from the ledger where it is new, publishes what the ledger has, and takes out of it what is
// forgotten.
func relay() User {
	return User{
		Name: "relay", For: "`larder relay`",
		Publish: slices.Concat(
			[]string{"larder.recipe.*.*", "larder.grocery.*.*", "larder.user.*"},
			making(eventStream),
			[]string{"$JS.API.DIRECT.GET." + eventStream + ".larder.>", "$JS.API.STREAM.PURGE." + eventStream},
			watching()),
		Subscribe: []string{InboxPrefix + ".>", ControlInbox + ".>"},
	}
}

// queryAPI hears of a user's changes and can ask for nothing but which database is the primary. It gets no inbox
// but that for this: in ours it would hear what is delivered to the projections, accounts with their password
// hashes among it.
func queryAPI() User {
	return User{
		Name: "query-api", For: "`larder query-api`",
		Publish:   watching(),
		Subscribe: []string{"larder.recipe.*.>", ControlInbox + ".>"},
	}
}

// projectors consume the stream, keep their notes in two buckets, take a deleted user out of the stream, and
// answer the operator. An answer goes to an inbox of one token, where calls wait; JetStream's answers go to
// inboxes of two, so that nobody can forge them.
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
				"$JS.API.INFO", // the client asks what the account may have before it makes a bucket
			},
			bucket(parked), bucket(checkpoints), watching()),
		Subscribe: []string{InboxPrefix + ".>", "larder.control.projectors.>", ControlInbox + ".>"},
	}
}

// operator is every component at once: where no component runs, an operator's command does their work
// itself.
func operator() User {
	all := []User{commandAPI(), relay(), queryAPI(), projectors()}
	user := User{Name: "operator", For: "an operator's commands: status, rebuild, events, reconcile, user delete, failover, failback"}
	for _, u := range all {
		user.Publish = append(user.Publish, u.Publish...)
		user.Subscribe = append(user.Subscribe, u.Subscribe...)
	}
	user.Publish = append(user.Publish, bucket(control)...) // failover and failback write it
	user.Publish, user.Subscribe = once(user.Publish), once(user.Subscribe)
	return user
}

// feedPublisher is what the grocery projection needs: to send on condition, to look up what was sent, and to
// take a deleted user out, and a request whose recipe is forgotten.
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

// groceryApp is what a client library needs to read the feed by consumers of its own, and nothing that
// changes the stream.
func groceryApp() User {
	return User{
		Name: GroceryUser, For: "`larder grocery-app` alone; another program is a subscriber, see below",
		Publish:   borrowed(),
		Subscribe: []string{"grocery.>", "_INBOX.>"},
	}
}

// borrowed lists the requests that subscribers may make of the feed's account.
func borrowed() []string {
	return slices.Concat(
		looking(feedStream),
		consuming(feedStream),
		[]string{
			"$JS.API.CONSUMER.DURABLE.CREATE." + feedStream + ".*", // as older clients make one
			"$JS.API.CONSUMER.NAMES." + feedStream,
			"$JS.API.CONSUMER.LIST." + feedStream,
		})
}

// feedExports are the requests that groceryImports borrows, the feed itself, and the inboxes that a push
// consumer delivers to. No connection of ours uses the default inbox, so nothing else is to be heard there.
func feedExports() []Export {
	list := []Export{{Subject: "grocery.>"}, {Subject: "_INBOX.>"}}
	for _, subject := range borrowed() {
		list = append(list, Export{Subject: subject, Service: true, Many: many(subject)})
	}
	return list
}

// many tells whether a request is answered by several messages: a batch of the feed.
func many(subject string) bool {
	return subject == next(feedStream) || strings.HasPrefix(subject, "$JS.API.DIRECT.GET.")
}

// groceryImports are what the app's account borrows. The last one is there to stand in the way: an account
// without JetStream answers each request to its API with "not enabled", and that answer would come before
// the feed's.
func groceryImports() []Import {
	var list []Import
	for _, export := range feedExports() {
		list = append(list, Import{Account: Feed, Subject: export.Subject, Service: export.Service})
	}
	return append(list, Import{Account: System, Subject: nowhere, Service: true, Local: "$JS.API.>"})
}

// looking are the requests that tell of a stream and read single messages of it: they take nothing from anybody.
func looking(stream string) []string {
	return []string{
		"$JS.API.STREAM.INFO." + stream,
		"$JS.API.STREAM.MSG.GET." + stream,
		"$JS.API.DIRECT.GET." + stream,
		"$JS.API.DIRECT.GET." + stream + ".>",
	}
}

// making are the requests that make a stream, or bring it to a version's settings.
func making(stream string) []string {
	return []string{
		"$JS.API.STREAM.INFO." + stream,
		"$JS.API.STREAM.CREATE." + stream,
		"$JS.API.STREAM.UPDATE." + stream,
	}
}

// reading are the requests that read a stream: by consumers, and single messages.
func reading(stream string) []string {
	return slices.Concat(consuming(stream), []string{
		"$JS.API.DIRECT.GET." + stream,
		"$JS.API.DIRECT.GET." + stream + ".>",
	})
}

// consuming are the requests that make, use and remove consumers of a stream.
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

func next(stream string) string { return "$JS.API.CONSUMER.MSG.NEXT." + stream + ".*" }

// bucket are the requests that make, read and write a bucket, which is a stream.
func bucket(name string) []string {
	stream := "KV_" + name
	return slices.Concat(making(stream), reading(stream), []string{"$KV." + name + ".>"})
}

func once(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}
