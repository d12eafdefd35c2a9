package elastic

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/elastic/elastic-transport-go/v8/elastictransport"
)

// Deadlines. Whoever searches has another place to ask, and still has to answer
// in time from there; a write waits for disks, and is tried again by itself.
const (
	answerPatience = 2 * time.Second
	workPatience   = time.Minute
	dialPatience   = time.Second
)

// idleConnections is how many stay open for the next request: the library's two
// would have eight searching clients connect anew all the time.
const idleConnections = 64

// newClient takes the transport of go-elasticsearch without its typed API, which
// would bring some 800 packages into every build. It asks the server nothing.
func newClient(address string) (*elastictransport.Client, error) {
	// The cause of a bad address isn't told: it quotes the address, and the password with it.
	parsed, err := url.Parse(address)
	if err != nil || parsed.Host == "" || (parsed.Scheme != "http" && parsed.Scheme != "https") {
		return nil, errors.New("read the address of Elasticsearch: it must look like http://user:password@host:9200")
	}
	client, err := elastictransport.NewClient(
		elastictransport.WithURLs(parsed),
		// A connection that the server closed while it was idle. The rest is for the callers to try again.
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
