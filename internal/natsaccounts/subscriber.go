package natsaccounts

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
)

// What all subscribers together take at most. A consumer and a connection cost the server memory; a request that reads
// the feed is small.
const (
	maxConsumers     = 128
	maxReaders       = 64
	maxSubscriptions = 256
	maxRequest       = 64 << 10

	// MaxSubscribers is how many there are at most, so that each finds room for its consumer.
	MaxSubscribers = 32
)

// ErrSubscriberName is a name that no subscriber can have.
var ErrSubscriberName = errors.New("a subscriber's name is up to 40 lower-case letters, digits and hyphens, and none of Larder's own")

// ErrTooManySubscribers is one more than there may be.
var ErrTooManySubscribers = fmt.Errorf("there are %d subscribers, which is the most", MaxSubscribers)

// ErrNoSubscriber is a subscriber who isn't there.
var ErrNoSubscriber = errors.New("there is no such subscriber")

var subscriberName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

// CheckSubscriber gives ErrSubscriberName for a name that a subscriber can't have: it is a token of subjects, a file, and
// nobody else's.
func CheckSubscriber(name string) error {
	ours := slices.ContainsFunc(Accounts(), func(a Account) bool {
		return slices.ContainsFunc(a.Users, func(u User) bool { return u.Name == name })
	})
	if ours || !subscriberName.MatchString(name) {
		return fmt.Errorf("%q: %w", name, ErrSubscriberName)
	}
	return nil
}

// Subscriber is a program that reads the feed by the one durable consumer that has its name.
func Subscriber(name string) User {
	return User{
		Name: name, For: "the subscriber " + name,
		Publish:   slices.Concat(looking(feedStream), listing(feedStream), owning(feedStream, name)),
		Subscribe: []string{"grocery.>", "_INBOX.>"},
	}
}

// Reader is a program that reads the feed by consumers of its own, whatever they are called; those of the grocery app and
// of the named subscribers are not its own.
func Reader(subscribers []string) User {
	user := User{
		Name: "grocery", For: "any program on the machine of a `larder up`",
		Publish:   borrowed(),
		Subscribe: []string{"grocery.>", "_INBOX.>"},
	}
	for _, name := range slices.Concat([]string{GroceryUser}, subscribers) {
		user.Deny = append(user.Deny, owning(feedStream, name)...)
	}
	return user
}

// listing are the requests that tell which consumers a stream has.
func listing(stream string) []string {
	return []string{"$JS.API.CONSUMER.NAMES." + stream, "$JS.API.CONSUMER.LIST." + stream}
}

// owning are the requests that make, use and remove one consumer.
func owning(stream, consumer string) []string {
	of := stream + "." + consumer
	return []string{
		"$JS.API.CONSUMER.CREATE." + of,
		"$JS.API.CONSUMER.CREATE." + of + ".>",
		"$JS.API.CONSUMER.DURABLE.CREATE." + of,
		"$JS.API.CONSUMER.INFO." + of,
		"$JS.API.CONSUMER.MSG.NEXT." + of,
		"$JS.API.CONSUMER.DELETE." + of,
		"$JS.ACK." + of + ".>",
		"$JS.FC." + of + ".>",
	}
}
