package cdn_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"larder.dev/internal/cdn"
)

func signer() *cdn.Plain {
	return cdn.NewPlain("https://cdn.example", []byte("a secret of thirty-two bytes, yes"))
}

// Whatever a file's name, its URL verifies and yields the same file.
func TestAddressOfAnyNameOpens(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[^/\x00-\x1f]{1,40}`).Filter(func(s string) bool { return s != "." && s != ".." }).Draw(t, "name")
		place := cdn.Place{Owner: "u", SHA256: "abc", Variant: cdn.Original, Name: name}
		now := time.Unix(rapid.Int64Range(1e9, 2e9).Draw(t, "now"), 0)
		address, err := signer().Sign(place.Path(), now)
		require.NoError(t, err)
		parsed, err := url.Parse(address)
		require.NoError(t, err)
		require.NoError(t, signer().Verify(parsed.Path, parsed.Query(), now))
		require.NoError(t, signer().Verify(parsed.Path, parsed.Query(), now.Add(cdn.Lifetime)))
		require.ErrorIs(t, signer().Verify(parsed.Path, parsed.Query(), now.Add(48*time.Hour)), cdn.ErrExpired)
		got, err := cdn.ParsePath(parsed.Path)
		require.NoError(t, err)
		require.Equal(t, place, got)
	})
}

// No part of a URL can be changed, and nothing can be added.
func TestAlteredAddress(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	address, err := signer().Sign("/files/u/abc/original/a.txt", now)
	require.NoError(t, err)
	parsed, err := url.Parse(address)
	require.NoError(t, err)
	good := parsed.Query()
	change := func(name, value string) url.Values {
		altered, _ := url.ParseQuery(parsed.RawQuery)
		altered.Set(name, value)
		return altered
	}
	require.ErrorIs(t, signer().Verify("/files/v/abc/original/a.txt", good, now), cdn.ErrForged)
	for _, altered := range []url.Values{
		change("expires", "9999999999"), change("signature", ""), change("signature", good.Get("signature")+"A"),
		change("more", "1"),
		{},
		{"expires": good["expires"]},
	} {
		require.ErrorIs(t, signer().Verify(parsed.Path, altered, now), cdn.ErrForged, "%v", altered)
	}
	other := cdn.NewPlain("", []byte("another secret of thirty-two bytes"))
	require.ErrorIs(t, other.Verify(parsed.Path, good, now), cdn.ErrForged)
}

// Whichever two steps of a roll-out coexist, each accepts what the other signed.
func TestAChangeOfTheSecretClosesNoAddress(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	before, after := []byte("the secret of before, 32 bytes and more"), []byte("the secret of after, 32 bytes and more")
	steps := []*cdn.Plain{ // of a roll-out, in which two adjacent steps coexist
		cdn.NewPlain("", before), cdn.NewPlain("", before, after), cdn.NewPlain("", after, before), cdn.NewPlain("", after),
	}
	for i := range steps[1:] {
		for _, pair := range [][2]*cdn.Plain{{steps[i], steps[i+1]}, {steps[i+1], steps[i]}} {
			address, err := pair[0].Sign("/files/x", now)
			require.NoError(t, err)
			parsed, err := url.Parse(address)
			require.NoError(t, err)
			require.NoError(t, pair[1].Verify(parsed.Path, parsed.Query(), now))
		}
	}
	address, err := steps[0].Sign("/files/x", now)
	require.NoError(t, err)
	parsed, err := url.Parse(address)
	require.NoError(t, err)
	require.ErrorIs(t, steps[3].Verify(parsed.Path, parsed.Query(), now), cdn.ErrForged, "the old one is out")
}

func TestAddressStaysForADay(t *testing.T) {
	t.Parallel()
	morning := time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
	first, err := signer().Sign("/files/x", morning)
	require.NoError(t, err)
	last, err := signer().Sign("/files/x", morning.Add(24*time.Hour-time.Second))
	require.NoError(t, err)
	require.Equal(t, first, last)
}

// A path of another shape is no file's.
func TestNoPlace(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"", "/files/", "/files/a/b/c", "/files/a/b/c/d/e", "/files/../b/c/d", "/files/a/b/../d", "/other/a/b/c/d", "/files/a//c/d"} {
		_, err := cdn.ParsePath(path)
		require.ErrorIs(t, err, cdn.ErrNoPlace, path)
	}
}

// A CloudFront URL has its three parameters, and the origin's own.
func TestCloudFront(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	encoded := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	cloudFront, err := cdn.NewCloudFront("https://d111.cloudfront.net/", "K2", encoded, signer())
	require.NoError(t, err)
	now := time.Unix(1_800_000_000, 0)
	address, err := cloudFront.Sign("/files/u/abc/original/ä.txt", now)
	require.NoError(t, err)
	parsed, err := url.Parse(address)
	require.NoError(t, err)
	query := parsed.Query()
	require.Equal(t, "d111.cloudfront.net", parsed.Host)
	require.Equal(t, "K2", query.Get("Key-Pair-Id"))
	require.NotEmpty(t, query.Get("Signature"))
	for _, theirs := range []string{"Expires", "Signature", "Key-Pair-Id"} {
		query.Del(theirs)
	}
	require.NoError(t, signer().Verify(parsed.Path, query, now))
}
