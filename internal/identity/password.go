package identity

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"

	"github.com/alexedwards/argon2id"
)

// parameters follow the recommendation of OWASP for argon2id. More than one thread would let one login
// take both cores of a small machine.
func parameters() *argon2id.Params {
	return &argon2id.Params{Memory: 19 << 10, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}
}

// maxAtOnce bounds the memory that hashing takes: 19 MiB each.
const maxAtOnce = 2

// maxWaiting bounds how many wait for their turn: each takes some 30 ms, and the last one shall be answered in time.
const maxWaiting = 100

// ErrBusy is the error of a password that isn't looked at, since too many others are waiting to be.
var ErrBusy = errors.New("too many passwords are being checked")

// nobody is the hash of a password that nobody has, made with the same parameters. Checking against it
// takes as long as checking against a real one.
const nobody = "$argon2id$v=19$m=19456,t=2,p=1$c29tZSBzYWx0IG9mIG91cg$RdescudvJCsgt3ub+b+dWRWJTmaaJObGgYPIbMGYbYk"

// Passwords hashes and checks passwords, a few at a time.
type Passwords struct {
	slots   chan struct{}
	waiting atomic.Int64
}

// NewPasswords makes a Passwords. One is enough for a program, and more would need more memory.
//
// Hashing leaves half of the processors to everybody else: whoever sends logins without end slows down other logins alone.
func NewPasswords() *Passwords {
	return &Passwords{slots: make(chan struct{}, atOnce(runtime.GOMAXPROCS(0), runtime.NumCPU()))}
}

// atOnce is how many passwords are hashed at once by a program with so many threads on so many processors: threads alone say
// nothing, since a small machine is given more of them than it has processors.
func atOnce(threads, processors int) int {
	return max(1, min(maxAtOnce, min(threads, processors)/2))
}

// Hash gives the argon2id hash of a password, in the usual text form. It waits for its turn.
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

// Check tells whether a hash is that of the password. It waits for its turn. An empty hash stands for a
// user that doesn't exist: the answer is no, after the same time.
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
