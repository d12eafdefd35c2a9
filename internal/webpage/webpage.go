// Package webpage fetches web pages: within limits of time and size, and never from a private
// network that a stranger's address might point to.
package webpage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/text/encoding/htmlindex"

	"larder.dev/internal/buildinfo"
)

const (
	// MaxSize is how much is read, in bytes after decompression.
	MaxSize = 10 << 20
	// Within is how long a fetch may take, including redirects.
	Within = 15 * time.Second

	maxRedirects   = 10
	maxHeaderBytes = 256 << 10
	connectWithin  = 10 * time.Second
)

var (
	// ErrAddress means that an address isn't a web address.
	ErrAddress = errors.New("only addresses that begin with http:// or https:// can be fetched")
	// ErrPrivate means that an address belongs to this machine or a network that isn't public.
	ErrPrivate = errors.New("the address isn't in the public internet")
	// ErrTooLarge means that a page exceeds MaxSize.
	ErrTooLarge = fmt.Errorf("it is larger than %d MB", MaxSize>>20)

	// ErrNoSite means that an address has a name that nobody has.
	ErrNoSite = errors.New("there is no site called")

	errRedirects = fmt.Errorf("it leads on more than %d times", maxRedirects)
)

// StatusError is an answer other than the page.
type StatusError struct {
	Status int // of HTTP
}

// Error says what the person can do about it.
func (e *StatusError) Error() string {
	said := fmt.Sprintf("the site answers %d %s", e.Status, http.StatusText(e.Status))
	switch e.Status {
	case http.StatusUnauthorized, http.StatusPaymentRequired, http.StatusForbidden:
		return said + ": it wants a login, or lets no program in; save the page in a browser and give the file"
	case http.StatusNotFound, http.StatusGone:
		return said + ": look whether the address is right"
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return said + ": try again later"
	default:
		return said
	}
}

// Page is what an address returned.
type Page struct {
	Address string // the final address, without the fragment
	Content []byte // text is converted to UTF-8; anything else is unchanged
}

// Fetcher fetches pages. The zero value only fetches from the public internet.
type Fetcher struct {
	// Private allows this machine and its networks, which whoever runs the program can reach
	// anyway.
	Private bool
	// Allow names hosts, with or without a port, that may be private: a recipe server at home. Pages
	// elsewhere may redirect there.
	Allow []string
}

// Passing reports whether the page may be there later: the site is away, overloaded or slow.
func Passing(err error) bool {
	var status *StatusError
	if errors.As(err, &status) {
		return status.Status >= http.StatusInternalServerError || status.Status == http.StatusTooManyRequests ||
			status.Status == http.StatusRequestTimeout
	}
	for _, final := range []error{ErrAddress, ErrPrivate, ErrTooLarge, ErrNoSite, errRedirects} {
		if errors.Is(err, final) {
			return false
		}
	}
	return true
}

// IsAddress reports whether a text is meant as a web address, rather than a file name.
func IsAddress(text string) bool {
	scheme, rest, found := strings.Cut(text, "://")
	return found && rest != "" && (strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https"))
}

// Get fetches the page at an address. The errors for the caller's user are ErrAddress, ErrPrivate,
// ErrTooLarge and *StatusError.
func (f Fetcher) Get(ctx context.Context, address string) (Page, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, Within, fmt.Errorf("it took longer than %s", Within))
	defer cancel()
	page, err := f.get(ctx, address)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = cause
	}
	if err != nil {
		return Page{}, fmt.Errorf("fetch %s: %w", address, plain(err))
	}
	return page, nil
}

func (f Fetcher) get(ctx context.Context, address string) (Page, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return Page{}, err
	}
	if !IsAddress(address) || request.URL.Hostname() == "" {
		return Page{}, ErrAddress
	}
	request.Header.Set("User-Agent", "Larder/"+buildinfo.Read().Version+" (reads recipes for a cook)")
	request.Header.Set("Accept", "text/html, application/xhtml+xml, application/ld+json, application/json;q=0.9, */*;q=0.5")
	transport := f.transport()
	defer transport.CloseIdleConnections()
	client := http.Client{Transport: transport, CheckRedirect: follow}
	response, err := client.Do(request)
	if err != nil {
		return Page{}, err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return Page{}, &StatusError{response.StatusCode}
	}
	content, err := io.ReadAll(io.LimitReader(response.Body, MaxSize+1))
	if err != nil {
		return Page{}, err
	}
	if len(content) > MaxSize {
		return Page{}, ErrTooLarge
	}
	at := *response.Request.URL
	at.Fragment, at.User = "", nil
	return Page{Address: at.String(), Content: inUTF8(content, response.Header.Get("Content-Type"))}, nil
}

func (f Fetcher) transport() *http.Transport {
	dialer := net.Dialer{Timeout: connectWithin}
	transport := &http.Transport{
		TLSHandshakeTimeout: connectWithin, ResponseHeaderTimeout: Within, MaxResponseHeaderBytes: maxHeaderBytes,
		ForceAttemptHTTP2: true,
	}
	if f.Private {
		transport.Proxy = http.ProxyFromEnvironment
		transport.DialContext = dialer.DialContext
		return transport
	}
	// Check the address actually connected to, so that a name can't resolve to one address for the
	// check and another for the connection. A proxy would resolve names itself.
	guarded := dialer
	guarded.Control = func(_, address string, _ syscall.RawConn) error { return public(address) }
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if f.allows(address) {
			return dialer.DialContext(ctx, network, address)
		}
		return guarded.DialContext(ctx, network, address)
	}
	return transport
}

// allows reports whether a host, with its port, may be private.
func (f Fetcher) allows(address string) bool {
	host, _, err := net.SplitHostPort(address)
	return err == nil && slices.ContainsFunc(f.Allow, func(allowed string) bool {
		return strings.EqualFold(allowed, address) || strings.EqualFold(allowed, host)
	})
}

// follow restricts redirects to the web, and in number.
func follow(next *http.Request, before []*http.Request) error {
	if len(before) > maxRedirects {
		return errRedirects
	}
	if !IsAddress(next.URL.String()) {
		return ErrAddress
	}
	return nil
}

// public returns ErrPrivate for an address, with a port, outside the public internet.
func public(address string) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return ErrPrivate
	}
	ip := at.Addr().Unmap()
	if !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return ErrPrivate
	}
	for _, reserved := range reservedNetworks() {
		if reserved.Contains(ip) {
			return ErrPrivate
		}
	}
	return nil
}

// reservedNetworks are IANA's special-purpose networks that netip considers global, and those that
// embed an IPv4 address in an IPv6 one.
func reservedNetworks() []netip.Prefix {
	var networks []netip.Prefix
	for _, network := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
		"203.0.113.0/24", "240.0.0.0/4", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32",
		"2002::/16", "fec0::/10",
	} {
		networks = append(networks, netip.MustParsePrefix(network))
	}
	return networks
}

// inUTF8 decodes text by the site's declared encoding. Without one, it leaves that to the reader: a
// page may name its encoding itself.
func inUTF8(content []byte, contentType string) []byte {
	kind, parameters, err := mime.ParseMediaType(contentType)
	if err != nil || !strings.HasPrefix(kind, "text/") {
		return content
	}
	encoding, err := htmlindex.Get(parameters["charset"])
	if err != nil {
		return content
	}
	decoded, err := encoding.NewDecoder().Bytes(content)
	if err != nil {
		return content
	}
	return decoded
}

// plain unwraps Go's HTTP error: its method and address are already in our message.
func plain(err error) error {
	var around *url.Error
	if errors.As(err, &around) {
		err = around.Err
	}
	if errors.Is(err, ErrPrivate) {
		return ErrPrivate // a refused connection adds the address that a name resolves to
	}
	var name *net.DNSError
	if errors.As(err, &name) && name.IsNotFound {
		return fmt.Errorf("%w %s", ErrNoSite, name.Name)
	}
	return err
}
