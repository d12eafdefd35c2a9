package main

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/cdn"
)

// An address signed with the previous secret is valid for as long as that is also given.
func TestSecretOfBeforeOpens(t *testing.T) {
	t.Parallel()
	const before, after = "the secret of before, 32 bytes and more", "the secret of after, 32 bytes and more"
	now := time.Now()
	address, err := cdn.NewPlain("", []byte(before)).Sign("/files/x", now)
	require.NoError(t, err)
	parsed, err := url.Parse(address)
	require.NoError(t, err)
	changed, err := (&delivery{CDNSecret: after, CDNSecretAlso: before}).files("")
	require.NoError(t, err)
	require.NoError(t, changed.Verify.Verify(parsed.Path, parsed.Query(), now))
	over, err := (&delivery{CDNSecret: after}).files("")
	require.NoError(t, err)
	require.ErrorIs(t, over.Verify.Verify(parsed.Path, parsed.Query(), now), cdn.ErrForged)
	_, err = (&delivery{CDNSecret: after, CDNSecretAlso: "short"}).files("")
	require.ErrorContains(t, err, "LARDER_CDN_SECRET_ALSO must have 32 bytes or more")
}
