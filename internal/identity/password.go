package identity

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"

	"github.com/alexedwards/argon2id"
)

// parameters follow OWASP's recommendation for argon2id. With more than one thread, one login would
// take both cores of a small machine.
func parameters() *argon2id.Params {
	return &argon2id.Params{Memory: 19 << 10, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}
}

// maxAtOnce bounds the memory for hashing: 19 MiB each.
const maxAtOnce = 2

// maxWaiting bounds the queue: each check takes some 30 ms, and the last must be answered in time.
const maxWaiting = 100

// ErrBusy means that too many others are waiting for the password to be checked.
var ErrBusy = errors.New("too many passwords are being checked")

// nobody is a hash that no password matches, with the same parameters: checking against it takes as
// long as checking against a real one.
const nobody = "$argon2id$v=19$m=19456,t=2,p=1$c29tZSBzYWx0IG9mIG91cg$RdescudvJCsgt3ub+b+dWRWJTmaaJObGgYPIbMGYbYk"

// Passwords hashes and checks passwords, a few at a time.
type Passwords struct {
	slots   chan struct{}
	waiting atomic.Int64
}

// NewPasswords returns a Passwords. One is enough for a program, and more would need more memory.
//
// Hashing leaves half of the CPUs to everything else: a flood of logins slows down only other
// logins.
func NewPasswords() *Passwords {
	return &Passwords{slots: make(chan struct{}, atOnce(runtime.GOMAXPROCS(0), runtime.NumCPU()))}
}

// atOnce returns how many passwords to hash at once, given the program's threads and CPUs. Threads
// alone don't tell: a small machine may be given more threads than it has CPUs.
func atOnce(threads, processors int) int {
	return max(1, min(maxAtOnce, min(threads, processors)/2))
}

// Hash returns the argon2id hash of a password, in the usual text form. It waits for its turn.
func (p *Passwords) Hash(ctx context.Context, password string) (string, error) {
	var hash string
	err := p.inTurn(ctx, func() (err error) {
		hash, err = argon2id.CreateHash(password, parameters())
		return err
	})
	if err != nil {
		return "", fmt.Errorf("hash a password: %w", err)
	}
	return hash, nil
}

// Check reports whether a hash matches the password. It waits for its turn. An empty hash stands
// for a nonexistent user: the answer is no, after the same time.
func (p *Passwords) Check(ctx context.Context, password, hash string) (bool, error) {
	var same bool
	err := p.inTurn(ctx, func() (err error) {
		same, err = compare(password, hash)
		return err
	})
	return same, err
}

func compare(password, hash string) (bool, error) {
	exists := hash != ""
	if !exists {
		hash = nobody
	}
	same, err := argon2id.ComparePasswordAndHash(password, hash)
	if err != nil {
		return false, fmt.Errorf("check a password: %w", err)
	}
	return same && exists, nil
}

func (p *Passwords) inTurn(ctx context.Context, fn func() error) error {
	if p.waiting.Add(1) > maxWaiting {
		p.waiting.Add(-1)
		return ErrBusy
	}
	defer p.waiting.Add(-1)
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return fmt.Errorf("wait for a turn with a password: %w", context.Cause(ctx))
	}
	defer func() { <-p.slots }()
	return fn()
}
