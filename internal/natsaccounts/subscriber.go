package natsaccounts

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
)

// Limits for all subscribers together. Consumers and connections cost the server memory; requests
// that read the feed are small.
const (
	maxConsumers     = 128
	maxReaders       = 64
	maxSubscriptions = 256
	maxRequest       = 64 << 10

	// MaxSubscribers is the maximum number of subscribers, so that each has room for its consumer.
	MaxSubscribers = 32
)

// ErrSubscriberName means that no subscriber can have the name.
var ErrSubscriberName = errors.New("a subscriber's name is up to 40 lower-case letters, digits and hyphens, and none of Larder's own")

// ErrTooManySubscribers means that MaxSubscribers is reached.
var ErrTooManySubscribers = fmt.Errorf("there are %d subscribers, which is the most", MaxSubscribers)

// ErrNoSubscriber means that the subscriber doesn't exist.
var ErrNoSubscriber = errors.New("there is no such subscriber")

var subscriberName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

// CheckSubscriber returns ErrSubscriberName for an invalid name: it has to be a subject token and a
// file name, and not a user's of the table.
func CheckSubscriber(name string) error {
	ours := slices.ContainsFunc(Accounts(), func(a Account) bool {
		return slices.ContainsFunc(a.Users, func(u User) bool { return u.Name == name })
	})
	if ours || !subscriberName.MatchString(name) {
		return fmt.Errorf("%q: %w", name, ErrSubscriberName)
	}
	return nil
}

// Subscriber returns a program that reads the feed through the one durable consumer with its name.
func Subscriber(name string) User {
	return User{
		Name: name, For: "the subscriber " + name,
		Publish:   slices.Concat(looking(feedStream), listing(feedStream), owning(feedStream, name)),
		Subscribe: []string{"grocery.>", "_INBOX.>"},
	}
}

// Reader returns a program that reads the feed through its own consumers, whatever their names,
// except those of the grocery app and of named subscribers.
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

// listing lists the requests that list a stream's consumers.
func listing(stream string) []string {
	return []string{"$JS.API.CONSUMER.NAMES." + stream, "$JS.API.CONSUMER.LIST." + stream}
}

// owning lists the requests that create, use and delete one consumer.
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
