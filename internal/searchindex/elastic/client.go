package elastic

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/elastic/elastic-transport-go/v8/elastictransport"
)

// Deadlines. Searches have a fallback and must leave it time to answer; writes wait for disks, and
// are retried automatically.
const (
	answerPatience = 2 * time.Second
	workPatience   = time.Minute
	dialPatience   = time.Second
)

// idleConnections is how many stay open for reuse: with the library's two, eight searching clients
// would keep reconnecting.
const idleConnections = 64

// newClient uses go-elasticsearch's transport without its typed API, which would bring some 800
// packages into every build. It sends no request.
func newClient(address string) (*elastictransport.Client, error) {
	// Don't report the cause of an invalid address: it quotes the address, including the password.
	parsed, err := url.Parse(address)
	if err != nil || parsed.Host == "" || (parsed.Scheme != "http" && parsed.Scheme != "https") {
		return nil, errors.New("read the address of Elasticsearch: it must look like http://user:password@host:9200")
	}
	client, err := elastictransport.NewClient(
		elastictransport.WithURLs(parsed),
		// Covers a connection that the server closed while idle. Callers retry the rest.
		elastictransport.WithMaxRetries(1),
		elastictransport.WithTransport(&http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			DialContext:         (&net.Dialer{Timeout: dialPatience}).DialContext,
			TLSHandshakeTimeout: dialPatience,
			MaxIdleConnsPerHost: idleConnections,
			IdleConnTimeout:     time.Minute,
			ForceAttemptHTTP2:   true,
		}),
	)
	if err != nil {
		return nil, errors.New("make a client for Elasticsearch")
	}
	return client, nil
}
