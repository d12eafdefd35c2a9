package limits

import (
	"fmt"
	"maps"
	"strconv"
	"strings"
)

// Kind is what a request is for. Each kind has a limit of its own, since what one of them costs differs a thousandfold.
type Kind string

// The kinds. Logins and what comes without a session are counted by address, deliveries by the person whose address of a
// file it is, and all others by the person of the session.
const (
	Search   Kind = "search"
	Read     Kind = "read"
	Write    Kind = "write"
	Upload   Kind = "upload"
	Stream   Kind = "stream"
	Grocery  Kind = "grocery" // operations on a grocery list
	Delivery Kind = "delivery"
	Login    Kind = "login"
	Stranger Kind = "stranger" // whatever comes without a session
	// Volume is the bytes of what is written, of which a limit says how many a second.
	Volume Kind = "write_bytes"
)

// plural names requests of a kind for the person who sent one too many.
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

// queued tells whether a request of this kind may wait for its turn. One that lasts for minutes is refused at once: what
// it would wait for doesn't end in time.
func (k Kind) queued() bool { return k != Stream && k != Upload && k != Delivery }

// paced tells whether a request of this kind that comes too soon waits until it isn't, in place of being refused. Strangers
// have no devices to bring up to date: what they send at the same moment is spread, since a small machine would have
// nothing else to do for as long as it answered all of it.
func (k Kind) paced() bool { return k == Stranger }

// burst is how much of a kind may come at the same moment: what is good for ten seconds, which must be less than idleAfter,
// or who is forgotten would begin with more than they had. Of bytes it is two: the work that they make isn't over when they
// are answered. Of strangers it is a page with all that belongs to it.
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

// Limit is what one person may ask for of one kind. It is written as "4/500": at once, and a second.
type Limit struct {
	AtOnce    int // requests under way; 0 for any number
	PerSecond int // requests that begin, over any ten seconds or more; 0 for any number
}

// MarshalText writes the limit as it is given on the command line.
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

// Limits are those of each kind. A kind that is missing has none.
type Limits map[Kind]Limit

// defaults are far above what a person's devices ask for, and low enough that one person leaves most of a small machine to
// the others: what is slow is few at once.
//
//nolint:gochecknoglobals // a table, which nobody can reach but by a copy
var defaults = Limits{
	Search:   {AtOnce: 4, PerSecond: 500},
	Read:     {AtOnce: 32, PerSecond: 2000},
	Write:    {AtOnce: 8, PerSecond: 500},
	Upload:   {AtOnce: 24, PerSecond: 100},
	Stream:   {AtOnce: 32, PerSecond: 10},
	Grocery:  {AtOnce: 2, PerSecond: 50},
	Delivery: {AtOnce: 128, PerSecond: 1000},
	Login:    {AtOnce: 8, PerSecond: 20},
	Stranger: {AtOnce: 32, PerSecond: 500},
	Volume:   {PerSecond: 1 << 20},
}

// Defaults gives the limits that hold where nothing else is configured.
func Defaults() Limits { return maps.Clone(defaults) }
