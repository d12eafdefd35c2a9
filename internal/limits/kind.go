package limits

import (
	"fmt"
	"maps"
	"strconv"
	"strings"
)

// Kind is a kind of request. Each has its own limit, since their costs differ a thousandfold.
type Kind string

// The kinds. Logins and requests without a session are counted by address, deliveries by the person
// whose signed file address it is, and all others by the session's person.
const (
	Search   Kind = "search"
	Read     Kind = "read"
	Write    Kind = "write"
	Upload   Kind = "upload"
	Stream   Kind = "stream"
	Export   Kind = "export"
	Grocery  Kind = "grocery" // operations on a grocery list
	Delivery Kind = "delivery"
	Login    Kind = "login"
	Stranger Kind = "stranger" // anything without a session
	// Volume is bytes written; its limit is in bytes a second.
	Volume Kind = "write_bytes"
)

// plural names requests of a kind in the message to a person who sent too many.
func (k Kind) plural() string {
	switch k {
	case Search:
		return "searches"
	case Grocery:
		return "changes of grocery lists"
	case Delivery:
		return "files under delivery"
	case Stranger:
		return "requests without a login"
	case Volume:
		return "bytes of writes"
	default:
		return string(k) + "s"
	}
}

// queued reports whether a request of this kind may wait for a slot. Those that last for minutes
// are refused at once: a slot wouldn't become free in time.
func (k Kind) queued() bool { return k != Stream && k != Upload && k != Delivery && k != Export }

// paced reports whether a request of this kind that comes too soon is delayed rather than refused.
// Strangers have no devices to sync: spread out what they send at once, since answering it all
// would leave a small machine no time for anything else.
func (k Kind) paced() bool { return k == Stranger }

// burst is how much of a kind may come at once: ten seconds' worth, which must be less than
// idleAfter, or a forgotten account would restart with more than it had. For bytes it is two
// seconds' worth: the work they cause outlasts the answer. For strangers it is a page with its
// assets.
func (k Kind) burst(perSecond int) int {
	switch k {
	case Volume:
		return 2 * perSecond
	case Stranger:
		return max(1, perSecond/5)
	default:
		return 10 * perSecond
	}
}

// Limit is what one person may use of one kind. Its text form is "4/500": concurrent requests, and
// requests a second.
type Limit struct {
	AtOnce    int // concurrent requests; 0 for unlimited
	PerSecond int // requests begun, averaged over ten seconds or more; 0 for unlimited
}

// MarshalText writes the limit as on the command line.
func (l Limit) MarshalText() ([]byte, error) {
	return fmt.Appendf(nil, "%d/%d", l.AtOnce, l.PerSecond), nil
}

// UnmarshalText reads what MarshalText writes.
func (l *Limit) UnmarshalText(text []byte) error {
	atOnce, perSecond, found := strings.Cut(string(text), "/")
	var read Limit
	var errOnce, errSecond error
	read.AtOnce, errOnce = strconv.Atoi(strings.TrimSpace(atOnce))
	read.PerSecond, errSecond = strconv.Atoi(strings.TrimSpace(perSecond))
	if !found || errOnce != nil || errSecond != nil || read.AtOnce < 0 || read.PerSecond < 0 {
		return fmt.Errorf("read the limit %q: it must be two numbers, at once and a second, as 4/500; 0 is no limit", text)
	}
	*l = read
	return nil
}

// Limits holds each kind's limit. A missing kind is unlimited.
type Limits map[Kind]Limit

// defaults are far above what one person's devices need, and low enough that one person leaves most
// of a small machine to the others: slow requests get little concurrency.
//
//nolint:gochecknoglobals // a table, only reachable as a copy
var defaults = Limits{
	Search:   {AtOnce: 4, PerSecond: 500},
	Read:     {AtOnce: 32, PerSecond: 2000},
	Write:    {AtOnce: 8, PerSecond: 500},
	Upload:   {AtOnce: 24, PerSecond: 100},
	Stream:   {AtOnce: 32, PerSecond: 10},
	Export:   {AtOnce: 1, PerSecond: 1},
	Grocery:  {AtOnce: 2, PerSecond: 50},
	Delivery: {AtOnce: 128, PerSecond: 1000},
	Login:    {AtOnce: 8, PerSecond: 20},
	Stranger: {AtOnce: 32, PerSecond: 500},
	Volume:   {PerSecond: 1 << 20},
}

// Defaults returns the limits used if nothing else is configured.
func Defaults() Limits { return maps.Clone(defaults) }
