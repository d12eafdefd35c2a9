// Package cdn creates the URLs for reading files through a CDN: signed, so nobody can guess one,
// expiring, and stable for as long as possible, so CDNs and browsers can cache the content.
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

// Signer signs URLs. path begins with "/" and isn't escaped.
type Signer interface {
	// Sign returns a path's URL, valid until Expiry(now).
	Sign(path string, now time.Time) (string, error)
}

// Lifetime and rounding step of a URL. It expires at a whole step at least Lifetime away, so it is
// stable for a day: if each read had a new URL, no cache could ever hit.
const (
	Lifetime = 24 * time.Hour
	step     = 24 * time.Hour
)

// Expiry is when a URL signed now expires.
func Expiry(now time.Time) time.Time { return now.Add(Lifetime + step).Truncate(step) }

// Errors for an invalid URL.
var (
	ErrForged  = errors.New("the signature of the address is wrong")
	ErrExpired = errors.New("the address has expired")
)

// Parameter names of a plain signed URL.
const (
	paramExpires   = "expires"
	paramSignature = "signature"
)

// Plain signs with HMAC-SHA256 and a secret, for any CDN that asks us (nginx's auth_request,
// Varnish), or that knows the secret.
type Plain struct {
	base   string // "https://cdn.larder.example", or "" for URLs without a host
	secret []byte
	also   [][]byte // also accepted
}

// NewPlain returns a signer. base is the CDN's URL without a path; "" gives URLs on the host they
// are read from. Signatures by the secrets in also are accepted too, for rotating the secret.
func NewPlain(base string, secret []byte, also ...[]byte) *Plain {
	return &Plain{base: strings.TrimSuffix(base, "/"), secret: secret, also: also}
}

// Sign implements Signer.
func (p *Plain) Sign(path string, now time.Time) (string, error) {
	expires := strconv.FormatInt(Expiry(now).Unix(), 10)
	escaped := (&url.URL{Path: path}).EscapedPath()
	return p.base + escaped + "?" + paramExpires + "=" + expires + "&" + paramSignature + "=" + mac(p.secret, path, expires), nil
}

// Verify checks that a URL with this (unescaped) path and query was made by Sign and hasn't
// expired. The error is ErrForged or ErrExpired.
func (p *Plain) Verify(path string, query url.Values, now time.Time) error {
	expires := query.Get(paramExpires)
	// Accept exactly one spelling of the parameters: another one would be a separate key in the
	// CDN's cache.
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

// made reports whether one of the secrets made a signature.
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
