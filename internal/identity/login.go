package identity

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"larder.dev/internal/redis"
)

// How many failed logins are let through in a minute. Those of a name are few, since they are guesses at
// one password; those of an address are more, since many people may share it.
const (
	failuresPerName    = 10
	failuresPerAddress = 60
)

// TooManyAttempts is the error of a login that isn't tried: too many failed before it.
type TooManyAttempts struct{ RetryAfter time.Duration }

func (e *TooManyAttempts) Error() string {
	return fmt.Sprintf("too many failed logins, try again in %s", e.RetryAfter.Round(time.Second))
}

// Logins checks the passwords of people who log in, and slows down who guesses.
type Logins struct {
	redis     *redis.Client
	passwords *Passwords
}

// NewLogins makes a Logins that counts failures in a Redis.
func NewLogins(client *redis.Client, passwords *Passwords) *Logins {
	return &Logins{redis: client, passwords: passwords}
}

// Attempt is one try to log in. Hash is what the account has, "" where there is no such account: the
// caller looks it up first, so that both cases take the same way and the same time.
type Attempt struct {
	Name     string // as it was typed
	Address  string // of the caller
	Password string
	Hash     string
}

// Check tells whether the password is right. It gives *TooManyAttempts without looking at the password
// where the name or the address has failed too often, and redis.ErrUnavailable where that can't be told.
func (l *Logins) Check(ctx context.Context, attempt Attempt) (bool, error) {
	// Those who must wait are sent away before they queue for a turn.
	if err := l.admit(ctx, attempt); err != nil {
		return false, err
	}
	right := false
	err := l.passwords.inTurn(ctx, func() error {
		// Asked again in turn: many guesses sent at once would all have been admitted above.
		if err := l.admit(ctx, attempt); err != nil {
			return err
		}
		var err error
		if right, err = compare(attempt.Password, attempt.Hash); err != nil || right {
			return err
		}
		return l.countFailure(ctx, attempt)
	})
	return right, err
}

func (l *Logins) admit(ctx context.Context, attempt Attempt) error {
	var waits [2]time.Duration
	group, ctx := errgroup.WithContext(ctx)
	for i, bucket := range attempt.buckets() {
		group.Go(func() (err error) {
			waits[i], err = l.redis.Peek(ctx, bucket.key, bucket.limit)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return fmt.Errorf("look at the failed logins: %w", err)
	}
	if wait := max(waits[0], waits[1]); wait > 0 {
		return &TooManyAttempts{RetryAfter: wait}
	}
	return nil
}

func (l *Logins) countFailure(ctx context.Context, attempt Attempt) error {
	for _, bucket := range attempt.buckets() {
		if _, err := l.redis.Allow(ctx, bucket.key, bucket.limit); err != nil {
			return fmt.Errorf("count a failed login: %w", err)
		}
	}
	return nil
}

type bucket struct {
	key   string
	limit redis.Limit
}

func (a Attempt) buckets() [2]bucket {
	return [2]bucket{
		{key: "login:name:" + digest(strings.ToLower(strings.TrimSpace(a.Name))), limit: redis.PerMinute(failuresPerName)},
		{key: "login:address:" + network(a.Address), limit: redis.PerMinute(failuresPerAddress)},
	}
}

// digest makes a key of any length and any bytes of one length. What was typed as a name may be a
// password, so it is nowhere to be read.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// network is what is counted as one address: with IPv6 a household has 2^64 of them.
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
