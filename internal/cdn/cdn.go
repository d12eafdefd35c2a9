// Package cdn makes the addresses under which files are read through a CDN: signed, so that nobody guesses
// one, expiring, and the same for as long as possible, so that a CDN and a browser can keep what is there.
package cdn

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Signer makes addresses. path begins with "/" and isn't escaped.
type Signer interface {
	// Sign gives the address of a path that opens it until Expiry(now).
	Sign(path string, now time.Time) (string, error)
}

// Lifetime and step of an address. An address expires at a whole step at least Lifetime away, so that it is
// the same for a day: with every read another one, no CDN or browser would have what it asks for.
const (
	Lifetime = 24 * time.Hour
	step     = 24 * time.Hour
)

// Expiry is when an address that is made now stops to open.
func Expiry(now time.Time) time.Time { return now.Add(Lifetime + step).Truncate(step) }

// Errors of an address that doesn't open.
var (
	ErrForged  = errors.New("the signature of the address is wrong")
	ErrExpired = errors.New("the address has expired")
)

// Names of the parameters of a plain signed address.
const (
	paramExpires   = "expires"
	paramSignature = "signature"
)

// Plain signs by HMAC-SHA256 with a secret, for any CDN that asks us (nginx's auth_request, Varnish), or that
// knows the secret.
type Plain struct {
	base   string // "https://cdn.larder.example", or "" for addresses without a host
	secret []byte
	also   [][]byte // these open too
}

// NewPlain makes a signer. base is the CDN's address without a path; "" gives addresses on the host that
// they are read from. What another secret signed opens too where it is among also: while the secret is changed.
func NewPlain(base string, secret []byte, also ...[]byte) *Plain {
	return &Plain{base: strings.TrimSuffix(base, "/"), secret: secret, also: also}
}

// Sign implements Signer.
func (p *Plain) Sign(path string, now time.Time) (string, error) {
	expires := strconv.FormatInt(Expiry(now).Unix(), 10)
	escaped := (&url.URL{Path: path}).EscapedPath()
	return p.base + escaped + "?" + paramExpires + "=" + expires + "&" + paramSignature + "=" + mac(p.secret, path, expires), nil
}

// Verify tells whether an address with this (unescaped) path and query was made by Sign and still opens.
// The error is ErrForged or ErrExpired.
func (p *Plain) Verify(path string, query url.Values, now time.Time) error {
	expires := query.Get(paramExpires)
	// One spelling of each parameter and no other: a second one would be another key in the CDN's cache.
	if len(query) != 2 || len(query[paramExpires]) != 1 || len(query[paramSignature]) != 1 ||
		!p.made(query.Get(paramSignature), path, expires) {
		return ErrForged
	}
	unix, err := strconv.ParseInt(expires, 10, 64)
	if err != nil {
		return ErrForged
	}
	if !now.Before(time.Unix(unix, 0)) {
		return ErrExpired
	}
	return nil
}

// made tells whether one of the secrets made a signature.
func (p *Plain) made(signature, path, expires string) bool {
	if hmac.Equal([]byte(mac(p.secret, path, expires)), []byte(signature)) {
		return true
	}
	return slices.ContainsFunc(p.also, func(secret []byte) bool {
		return hmac.Equal([]byte(mac(secret, path, expires)), []byte(signature))
	})
}

func mac(secret []byte, path, expires string) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(expires + "\n" + path))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
