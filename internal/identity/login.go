package identity

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"larder.dev/internal/redis"
)

// Permitted failed logins. One address at one name gets few, since they are guesses at one
// password; an address in total gets more, since many people may share it. All strangers together
// at a name are bounded so that nobody can guess from many addresses; that only locks the owner out
// on a device and at an address never logged in from.
const (
	failuresPerPair    = 10 // a minute, per address or device and name
	failuresPerAddress = 60 // a minute
	failuresPerName    = 50 // an hour, by strangers
)

// knownFor is how long a name knows an address after a login.
const knownFor = 90 * 24 * time.Hour

// TooManyAttempts is the error of a login refused unchecked because too many failed before it.
type TooManyAttempts struct{ RetryAfter time.Duration }

func (e *TooManyAttempts) Error() string {
	return fmt.Sprintf("too many failed logins, try again in %s", e.RetryAfter.Round(time.Second))
}

// Logins checks the passwords of people who log in, and slows down guessing.
type Logins struct {
	redis     *redis.Client
	passwords *Passwords
}

// NewLogins returns a Logins that counts failures in Redis.
func NewLogins(client *redis.Client, passwords *Passwords) *Logins {
	return &Logins{redis: client, passwords: passwords}
}

// Attempt is one login attempt. Hash is the account's, "" if no such account exists or it may not
// log in: the caller looks it up first, so all cases take the same path and the same time.
type Attempt struct {
	Name     string // as typed
	Address  string // of the caller
	Device   string // the device token, "" for none
	Password string
	Hash     string
}

// Check reports whether the password is right, and returns the device token for the next login. It
// returns *TooManyAttempts without checking the password if too many have failed, and
// redis.ErrUnavailable if the count can't be read.
func (l *Logins) Check(ctx context.Context, attempt Attempt) (device string, right bool, err error) {
	buckets, err := l.buckets(ctx, attempt)
	if err != nil {
		return "", false, err
	}
	// Refuse those over the limit before they queue.
	if err := l.admit(ctx, buckets); err != nil {
		return "", false, err
	}
	err = l.passwords.inTurn(ctx, func() error {
		// Check again after queueing: many guesses sent at once would all have been admitted above.
		if err := l.admit(ctx, buckets); err != nil {
			return err
		}
		var err error
		if right, err = compare(attempt.Password, attempt.Hash); err != nil || right {
			return err
		}
		return l.countFailure(ctx, buckets)
	})
	if err != nil || !right {
		return "", false, err
	}
	// For clients without cookies. If this fails they are strangers next time, which is no reason
	// to refuse them.
	_ = l.redis.Set(ctx, attempt.knownKey(), []byte("1"), knownFor)
	return NewDevice(attempt.Hash, time.Now()), true, nil
}

func (l *Logins) admit(ctx context.Context, buckets []bucket) error {
	waits := make([]time.Duration, len(buckets))
	group, ctx := errgroup.WithContext(ctx)
	for i, bucket := range buckets {
		group.Go(func() (err error) {
			waits[i], err = l.redis.Peek(ctx, bucket.key, bucket.limit)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return fmt.Errorf("look at the failed logins: %w", err)
	}
	if wait := slices.Max(waits); wait > 0 {
		return &TooManyAttempts{RetryAfter: wait}
	}
	return nil
}

func (l *Logins) countFailure(ctx context.Context, buckets []bucket) error {
	for _, bucket := range buckets {
		if _, err := l.redis.Allow(ctx, bucket.key, bucket.limit); err != nil {
			return fmt.Errorf("count a failed login: %w", err)
		}
	}
	return nil
}

// buckets are what a failure counts against. A device known to the account only counts against
// itself: strangers can't lock it out.
func (l *Logins) buckets(ctx context.Context, attempt Attempt) ([]bucket, error) {
	name := attempt.nameKey()
	if device := knownDevice(attempt.Device, attempt.Hash, time.Now()); device != "" {
		return []bucket{{key: "login:device:" + name + ":" + device, limit: redis.PerMinute(failuresPerPair)}}, nil
	}
	address := network(attempt.Address)
	buckets := []bucket{
		{key: "login:pair:" + name + ":" + address, limit: redis.PerMinute(failuresPerPair)},
		{key: "login:address:" + address, limit: redis.PerMinute(failuresPerAddress)},
	}
	_, known, err := l.redis.Get(ctx, attempt.knownKey())
	if err != nil {
		return nil, fmt.Errorf("look at the failed logins: %w", err)
	}
	if known {
		return buckets, nil
	}
	strangers := redis.Limit{Rate: failuresPerName, Burst: failuresPerName, Period: time.Hour}
	return append(buckets, bucket{key: "login:name:" + name, limit: strangers}), nil
}

type bucket struct {
	key   string
	limit redis.Limit
}

func (a Attempt) nameKey() string { return digest(strings.ToLower(strings.TrimSpace(a.Name))) }

func (a Attempt) knownKey() string { return "login:known:" + a.nameKey() + ":" + network(a.Address) }

// digest turns any input into a key of fixed length. What was typed as a name may be a password, so
// the store must not contain it.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// network returns what counts as one address: an IPv6 household has 2^64 of them.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return digest(address)
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is4() {
		return ip.String()
	}
	prefix, err := ip.Prefix(64)
	if err != nil {
		return ip.String()
	}
	return prefix.String()
}
