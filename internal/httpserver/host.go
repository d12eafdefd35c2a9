package httpserver

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// AdmitHosts answers requests that name this server in their Host header as it is known, and refuses all others with
// 421. A page of a stranger's can have its own name lead to 127.0.0.1 (DNS rebinding): the browser takes what is there
// for that page's own site. Addresses, the loopback's names and those of home networks are always admitted, since no
// stranger can have them; names are admitted as they are, "*.larder.example" with all below, and "*" is any.
func AdmitHosts(names []string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !admitsHost(names, hostName(r.Host)) {
			WriteProblemTo(w, Problem{
				Status: http.StatusMisdirectedRequest,
				Detail: "This larder isn't known by the name in the address. Its operator adds names with LARDER_HOSTS.",
			})
			return
		}
		next.ServeHTTP(w, r)
	})
}

// hostName is the name in a Host header, without the port.
func hostName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	return strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
}

func admitsHost(names []string, host string) bool {
	if host == "" || host == "localhost" {
		return true // no browser sends none
	}
	for _, below := range homeNames() {
		if strings.HasSuffix(host, below) {
			return true
		}
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	for _, name := range names {
		name = strings.TrimSuffix(strings.ToLower(strings.TrimSpace(name)), ".")
		below, wild := strings.CutPrefix(name, "*.")
		switch {
		case name == "*", name == host, wild && strings.HasSuffix(host, "."+below):
			return true
		}
	}
	return false
}

// homeNames are the ends of names that are kept for the machine itself and for home networks, and that nobody can
// register: RFC 6761, RFC 6762, RFC 8375, and ICANN's resolutions on .internal (2024.07.29) and .home (2018.02.04).
func homeNames() []string {
	return []string{".localhost", ".local", ".home.arpa", ".internal", ".home"}
}

// BehindTLS marks every request as one that came by TLS to the proxy before this, for a proxy that doesn't say so.
func BehindTLS(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Set("X-Forwarded-Proto", "https")
		next.ServeHTTP(w, r)
	})
}
