// Package webpage gets what is at an address of the web: within bounds of time and size, and from nowhere that a stranger's
// address shouldn't lead to.
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
	"strings"
	"syscall"
	"time"

	"golang.org/x/text/encoding/htmlindex"

	"larder.dev/internal/buildinfo"
)

const (
	// MaxSize is how much is read of an address, in bytes, unpacked.
	MaxSize = 64 << 20
	// Within is how long an address may take, with everything it leads to.
	Within = 30 * time.Second

	maxRedirects   = 10
	maxHeaderBytes = 256 << 10
	connectWithin  = 10 * time.Second
)

var (
	// ErrAddress tells that an address isn't one of the web.
	ErrAddress = errors.New("only addresses that begin with http:// or https:// can be fetched")
	// ErrPrivate tells that an address is of this machine or of a network that isn't public.
	ErrPrivate = errors.New("the address isn't in the public internet")
	// ErrTooLarge tells that there is more than MaxSize.
	ErrTooLarge = fmt.Errorf("it is larger than %d MB", MaxSize>>20)

	errRedirects = fmt.Errorf("it leads on more than %d times", maxRedirects)
)

// StatusError is an answer that isn't the page.
type StatusError struct {
	Status int // of HTTP
}

// Error says what one can do about it.
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

// Page is what was at an address.
type Page struct {
	Address string // where it came from in the end, without the fragment
	Content []byte // text of any encoding is UTF-8; anything else is as it came
}

// Fetcher gets pages. The zero value gets those of the public internet alone.
type Fetcher struct {
	// Private lets it ask this machine and the networks around it, which whoever runs the program can do as well.
	Private bool
}

// IsAddress tells whether a text is meant as an address of the web, and not as the name of a file.
func IsAddress(text string) bool {
	scheme, rest, found := strings.Cut(text, "://")
	return found && rest != "" && (strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https"))
}

// Get gets the page at an address. The errors to tell are ErrAddress, ErrPrivate, ErrTooLarge and *StatusError.
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
	} else {
		// Asked of the address that is connected to, so that no name can be resolved to one when it is looked at and to
		// another when it is used. A proxy would do the resolving itself.
		dialer.Control = func(_, address string, _ syscall.RawConn) error { return public(address) }
	}
	transport.DialContext = dialer.DialContext
	return transport
}

// follow keeps to the web, and to a bound.
func follow(next *http.Request, before []*http.Request) error {
	if len(before) > maxRedirects {
		return errRedirects
	}
	if !IsAddress(next.URL.String()) {
		return ErrAddress
	}
	return nil
}

// public is ErrPrivate for the address, with a port, of anything that isn't in the public internet.
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

// reservedNetworks are those of the registries of IANA for special purposes that netip takes for global, with those by which
// an address of IPv4 is reached under one of IPv6.
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

// inUTF8 decodes text by what the site says of it. What says nothing is left to whoever reads it: a page may name its
// encoding itself.
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

// plain takes off what Go says around an error of HTTP: the method and the address, which are said already.
func plain(err error) error {
	var around *url.Error
	if errors.As(err, &around) {
		err = around.Err
	}
	var name *net.DNSError
	if errors.As(err, &name) && name.IsNotFound {
		return fmt.Errorf("there is no site called %s", name.Name)
	}
	return err
}
