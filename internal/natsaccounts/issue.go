package natsaccounts

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"

	"larder.dev/internal/datadir"
)

// ConfigFile is the file that a server's configuration includes, in a folder written by [Issue].
const ConfigFile = "accounts.conf"

const (
	keysFolder  = "keys"
	credsFolder = "creds"
)

var operatorLine = regexp.MustCompile(`(?m)^operator: (\S+)$`)

// CredsFile is the path of a user's credentials in such a folder.
func CredsFile(dir, user string) string { return filepath.Join(dir, credsFolder, user+".creds") }

// Issue signs the accounts and writes into a folder:
//
//   - accounts.conf, which a server's configuration includes. It holds no secret.
//   - creds/<user>.creds, the credentials of each user, which hold its key.
//   - keys/, the keys of the operator, the accounts and the users. The operator's key can create
//     credentials for everything; no server needs it.
//
// Existing keys are kept, so after an update that changes permissions it can be run again, and
// servers and credentials still match. A user whose key is missing gets a new one, and the old one
// is revoked: servers refuse it once they have the new accounts.conf. Issue returns the users,
// subscribers last.
func Issue(dir string) ([]User, error) {
	for _, folder := range []string{dir, filepath.Join(dir, keysFolder), filepath.Join(dir, credsFolder)} {
		if err := datadir.Make(folder); err != nil {
			return nil, fmt.Errorf("issue NATS credentials: %w", err)
		}
	}
	i, err := newIssuer(dir)
	if err != nil {
		return nil, fmt.Errorf("issue NATS credentials: %w", err)
	}
	users, err := i.write()
	if err != nil {
		return nil, fmt.Errorf("issue NATS credentials: %w", err)
	}
	return users, nil
}

// issuer holds one folder's keys.
type issuer struct {
	dir      string
	operator nkeys.KeyPair
	accounts map[string]nkeys.KeyPair
	public   map[string]string // public key of each account
	users    []member
	issued   issued
}

// write records the users' keys before issuing any, so that no issued key is ever unrecorded.
func (i *issuer) write() ([]User, error) {
	if err := i.note(); err != nil {
		return nil, err
	}
	if err := i.writeConfig(); err != nil {
		return nil, err
	}
	return i.writeCreds()
}

func newIssuer(dir string) (*issuer, error) {
	i := &issuer{dir: dir, accounts: map[string]nkeys.KeyPair{}, public: map[string]string{}}
	var err error
	if i.operator, err = i.key("operator", nkeys.CreateOperator); err != nil {
		return nil, err
	}
	for _, account := range Accounts() {
		key, err := i.key("account-"+strings.ToLower(account.Name), nkeys.CreateAccount)
		if err != nil {
			return nil, err
		}
		i.accounts[account.Name] = key
		if i.public[account.Name], err = key.PublicKey(); err != nil {
			return nil, fmt.Errorf("read the key of account %s: %w", account.Name, err)
		}
	}
	if i.users, err = i.members(); err != nil {
		return nil, err
	}
	i.issued, err = readIssued(dir)
	return i, err
}

// key returns a name's key, creating it on the first call.
func (i *issuer) key(name string, create func() (nkeys.KeyPair, error)) (nkeys.KeyPair, error) {
	path := filepath.Join(i.dir, keysFolder, name+".seed")
	kept, err := os.ReadFile(path)
	if err == nil {
		pair, err := nkeys.FromSeed(kept)
		if err != nil {
			return nil, fmt.Errorf("read key %s: %w", path, err)
		}
		return pair, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read key %s: %w", name, err)
	}
	pair, err := create()
	if err != nil {
		return nil, fmt.Errorf("make key %s: %w", name, err)
	}
	seed, err := pair.Seed()
	if err != nil {
		return nil, fmt.Errorf("make key %s: %w", name, err)
	}
	return pair, datadir.Write(path, seed)
}

// writeConfig signs the operator and the accounts. Servers get them with their configuration (a
// memory resolver), so starting depends on nothing else.
func (i *issuer) writeConfig() error {
	path := filepath.Join(i.dir, ConfigFile)
	signed, err := i.signedOperator(path)
	if err != nil {
		return err
	}
	var text strings.Builder
	text.WriteString("# Written by `larder nats-accounts`; don't edit.\n")
	fmt.Fprintf(&text, "operator: %s\nsystem_account: %s\nresolver: MEMORY\nresolver_preload {\n", signed, i.public[System])
	for _, account := range Accounts() {
		signed, err := i.account(account)
		if err != nil {
			return err
		}
		fmt.Fprintf(&text, "  # %s\n  %s: %s\n", account.Name, i.public[account.Name], signed)
	}
	text.WriteString("}\n")
	if err := datadir.Write(path, []byte(text.String())); err != nil {
		return err
	}
	// The server runs as another user, and signed accounts aren't secret.
	if err := os.Chmod(path, 0o644); err != nil { //nolint:gosec // see above
		return fmt.Errorf("let the server read %s: %w", path, err)
	}
	return nil
}

// signedOperator keeps the configuration's operator: signing anew would change its timestamp, and a
// server refuses to reload with another operator.
func (i *issuer) signedOperator(config string) (string, error) {
	public, err := i.operator.PublicKey()
	if err != nil {
		return "", fmt.Errorf("read the operator's key: %w", err)
	}
	kept, err := os.ReadFile(config)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read the accounts: %w", err)
	}
	if found := operatorLine.FindSubmatch(kept); found != nil {
		claims, err := jwt.DecodeOperatorClaims(string(found[1]))
		if err == nil && claims.Subject == public && claims.SystemAccount == i.public[System] {
			return string(found[1]), nil
		}
	}
	claims := jwt.NewOperatorClaims(public)
	claims.Name = "larder"
	claims.SystemAccount = i.public[System]
	signed, err := claims.Encode(i.operator)
	if err != nil {
		return "", fmt.Errorf("sign the operator: %w", err)
	}
	return signed, nil
}

func (i *issuer) account(account Account) (string, error) {
	claims := jwt.NewAccountClaims(i.public[account.Name])
	claims.Name = account.Name
	bound(&claims.Limits, account)
	for _, key := range i.revoked(account.Name) {
		claims.Revoke(key)
	}
	for _, export := range account.Exports {
		claims.Exports.Add(signedExport(export))
	}
	for _, from := range account.Imports {
		claims.Imports.Add(&jwt.Import{
			Name: from.Subject, Account: i.public[from.Account], Subject: jwt.Subject(from.Subject),
			LocalSubject: jwt.RenamingSubject(from.Local), Type: exportType(from.Service),
		})
	}
	var faults jwt.ValidationResults
	claims.Validate(&faults)
	if failed := faults.Errors(); len(failed) > 0 {
		return "", fmt.Errorf("check account %s: %w", account.Name, errors.Join(failed...))
	}
	signed, err := claims.Encode(i.operator)
	if err != nil {
		return "", fmt.Errorf("sign account %s: %w", account.Name, err)
	}
	return signed, nil
}

// bound sets an account's limits.
func bound(limits *jwt.OperatorLimits, account Account) {
	if account.JetStream {
		limits.JetStreamLimits = jwt.JetStreamLimits{
			MemoryStorage: jwt.NoLimit, DiskStorage: jwt.NoLimit, Streams: jwt.NoLimit,
			Consumer: cmp.Or(account.Limits.Consumers, jwt.NoLimit),
		}
	}
	limits.Conn = cmp.Or(account.Limits.Connections, jwt.NoLimit)
	limits.Subs = cmp.Or(account.Limits.Subscriptions*account.Limits.Connections, jwt.NoLimit)
	limits.Payload = cmp.Or(account.Limits.Payload, jwt.NoLimit)
}

// signedExport needs no token from the importing account: every account known to the servers is
// ours.
func signedExport(export Export) *jwt.Export {
	signed := &jwt.Export{Name: export.Subject, Subject: jwt.Subject(export.Subject), Type: exportType(export.Service)}
	switch {
	case export.Many:
		signed.ResponseType = jwt.ResponseTypeStream
	case export.Service:
		signed.ResponseType = jwt.ResponseTypeSingleton
	}
	return signed
}

func exportType(service bool) jwt.ExportType {
	if service {
		return jwt.Service
	}
	return jwt.Stream
}

func (i *issuer) writeCreds() ([]User, error) {
	var users []User
	for _, m := range i.users {
		if err := i.writeUser(m); err != nil {
			return nil, err
		}
		users = append(users, m.user)
	}
	return users, nil
}

func (i *issuer) writeUser(m member) error {
	account, user, key := m.account, m.user, m.key
	public, err := key.PublicKey()
	if err != nil {
		return fmt.Errorf("read the key of user %s: %w", user.Name, err)
	}
	claims := jwt.NewUserClaims(public)
	claims.Name = user.Name
	claims.Pub = permission(user.Publish)
	claims.Pub.Deny = append(claims.Pub.Deny, user.Deny...)
	claims.Sub = permission(user.Subscribe)
	signed, err := claims.Encode(i.accounts[account])
	if err != nil {
		return fmt.Errorf("sign user %s: %w", user.Name, err)
	}
	seed, err := key.Seed()
	if err != nil {
		return fmt.Errorf("read the key of user %s: %w", user.Name, err)
	}
	creds, err := jwt.FormatUserConfig(signed, seed)
	if err != nil {
		return fmt.Errorf("write the credentials of %s: %w", user.Name, err)
	}
	return datadir.Write(CredsFile(i.dir, user.Name), creds)
}

// permission denies everything if nothing is allowed: to the server, an empty list means
// unrestricted.
func permission(allowed []string) jwt.Permission {
	if len(allowed) == 0 {
		return jwt.Permission{Deny: jwt.StringList{">"}}
	}
	return jwt.Permission{Allow: jwt.StringList(allowed)}
}
