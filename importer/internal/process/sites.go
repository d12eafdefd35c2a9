package process

import (
	"context"
	"net/url"
	"path"
	"strings"

	"larder.dev/internal/bulkhead"
	"larder.dev/internal/webpage"
)

// sites fetches from each site one thing at a time, whoever asks: a collection of a hundred pages
// of one site must not be an attack on it.
type sites struct {
	fetcher webpage.Fetcher
	busy    *bulkhead.Bulkhead
}

// waitingForSite is how many may wait for one site.
const waitingForSite = 64

func newSites(fetcher webpage.Fetcher) *sites {
	return &sites{fetcher: fetcher, busy: bulkhead.New(1, waitingForSite)}
}

func (s *sites) get(ctx context.Context, address string) (webpage.Page, error) {
	host := ""
	if parsed, err := url.Parse(address); err == nil {
		host = strings.ToLower(parsed.Hostname())
	}
	leave, err := s.busy.Enter(ctx, host)
	if err != nil {
		return webpage.Page{}, err
	}
	defer leave()
	return s.fetcher.Get(ctx, address)
}

// nameOf returns the file name at the end of an address.
func nameOf(address string) string {
	parsed, err := url.Parse(address)
	if err != nil || path.Base(parsed.Path) == "/" || path.Base(parsed.Path) == "." {
		return "picture"
	}
	return path.Base(parsed.Path)
}
