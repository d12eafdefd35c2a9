package natsaccounts

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"

	"larder.dev/internal/datadir"
)

// The users' keys, by file name.
const (
	userKey       = "user-"
	subscriberKey = "subscriber-"
	seedSuffix    = ".seed"
)

// issuedFile records every key ever issued. A lost or deleted key can't be derived from its seed
// any more, but still works for anybody with its credentials.
const issuedFile = "issued.json"

// member is an account's user with its key.
type member struct {
	account string
	user    User
	key     nkeys.KeyPair
}

// issued maps each issued public key to its account.
type issued map[string]string

// members returns the table's users, followed by the subscribers.
func (i *issuer) members() ([]member, error) {
	var list []member
	add := func(account string, user User, key string) error {
		pair, err := i.key(key, nkeys.CreateUser)
		list = append(list, member{account, user, pair})
		return err
	}
	for _, account := range Accounts() {
		for _, user := range account.Users {
			if err := add(account.Name, user, userKey+user.Name); err != nil {
				return nil, err
			}
		}
	}
	names, err := IssuedSubscribers(i.dir)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if err := add(Readers, Subscriber(name), subscriberKey+name); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// readIssued returns the issued keys: those recorded, and those of credentials in the folder that
// an earlier version didn't record.
func readIssued(dir string) (issued, error) {
	keys := issued{}
	raw, err := os.ReadFile(filepath.Join(dir, keysFolder, issuedFile))
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("read which keys were issued: %w", err)
	default:
		if err := json.Unmarshal(raw, &keys); err != nil {
			return nil, fmt.Errorf("read which keys were issued: %w", err)
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, credsFolder, "*.creds"))
	if err != nil {
		return nil, fmt.Errorf("list the credentials: %w", err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read credentials: %w", err)
		}
		signed, err := jwt.ParseDecoratedJWT(raw)
		if err != nil {
			continue // not one of ours
		}
		if claims, err := jwt.DecodeUserClaims(signed); err == nil {
			name := strings.TrimSuffix(filepath.Base(file), ".creds")
			keys[claims.Subject] = accountOf(name)
		}
	}
	return keys, nil
}

func accountOf(user string) string {
	for _, account := range Accounts() {
		if slices.ContainsFunc(account.Users, func(u User) bool { return u.Name == user }) {
			return account.Name
		}
	}
	return Readers
}

// note records the issued keys, including those about to be.
func (i *issuer) note() error {
	for _, m := range i.users {
		public, err := m.key.PublicKey()
		if err != nil {
			return fmt.Errorf("read the key of user %s: %w", m.user.Name, err)
		}
		i.issued[public] = m.account
	}
	raw, err := json.MarshalIndent(i.issued, "", "  ")
	if err != nil {
		return fmt.Errorf("note which keys are issued: %w", err)
	}
	return datadir.Write(filepath.Join(i.dir, keysFolder, issuedFile), append(raw, '\n'))
}

// revoked lists an account's issued keys that no user has now.
func (i *issuer) revoked(account string) []string {
	var keys []string
	for public, of := range i.issued {
		current := slices.ContainsFunc(i.users, func(m member) bool {
			key, err := m.key.PublicKey()
			return err == nil && key == public
		})
		if of == account && !current {
			keys = append(keys, public)
		}
	}
	return keys
}

// IssueSubscriber creates a subscriber's credentials in a folder written by [Issue], and returns
// their path. Servers with the folder's accounts accept them at once. An existing subscriber keeps
// its key.
func IssueSubscriber(dir, name string) (path string, err error) {
	if err := CheckSubscriber(name); err != nil {
		return "", err
	}
	names, err := IssuedSubscribers(dir)
	if err != nil {
		return "", err
	}
	if len(names) >= MaxSubscribers && !slices.Contains(names, name) {
		return "", ErrTooManySubscribers
	}
	i := &issuer{dir: dir}
	if _, err := i.key(subscriberKey+name, nkeys.CreateUser); err != nil {
		return "", fmt.Errorf("add subscriber %s: %w", name, err)
	}
	if _, err := Issue(dir); err != nil {
		return "", err
	}
	return CredsFile(dir, name), nil
}

// RevokeSubscriber removes a subscriber's key and credentials from the folder and revokes them:
// servers refuse them once reloaded. The error is ErrNoSubscriber.
func RevokeSubscriber(dir, name string) error {
	names, err := IssuedSubscribers(dir)
	if err != nil {
		return err
	}
	if !slices.Contains(names, name) {
		return fmt.Errorf("%q: %w", name, ErrNoSubscriber)
	}
	i, err := newIssuer(dir)
	if err == nil {
		err = i.note() // before the key is gone
	}
	for _, file := range []string{filepath.Join(dir, keysFolder, subscriberKey+name+seedSuffix), CredsFile(dir, name)} {
		if err == nil {
			err = os.Remove(file)
		}
	}
	if err != nil {
		return fmt.Errorf("revoke subscriber %s: %w", name, err)
	}
	_, err = Issue(dir)
	return err
}

// IssuedSubscribers returns a folder's subscribers, sorted by name.
func IssuedSubscribers(dir string) ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(dir, keysFolder))
	if err != nil {
		return nil, fmt.Errorf("list the subscribers: %w", err)
	}
	var names []string
	for _, entry := range entries {
		name, found := strings.CutPrefix(entry.Name(), subscriberKey)
		if name, sealed := strings.CutSuffix(name, seedSuffix); found && sealed {
			names = append(names, name)
		}
	}
	return names, nil
}
