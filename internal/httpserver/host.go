package httpserver

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// AdmitHosts answers requests whose Host header names this server, and refuses all others with 421.
// A hostile page can point its own name at 127.0.0.1 (DNS rebinding): the browser then treats the
// answers as that page's own site. IP addresses, loopback names and home network names are always
// admitted, since no attacker can own them; names match exactly, "*.larder.example" matches all
// below, and "*" anything.
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

// hostName returns the name in a Host header, without the port.
func hostName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	return strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
}

func admitsHost(names []string, host string) bool {
	if host == "" || host == "localhost" {
		return true // browsers always send one
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

// homeNames are suffixes reserved for the machine itself and home networks, which nobody can
// register: RFC 6761, RFC 6762, RFC 8375, and ICANN's resolutions on .internal (2024.07.29) and
// .home (2018.02.04).
func homeNames() []string {
	return []string{".localhost", ".local", ".home.arpa", ".internal", ".home"}
}

// BehindTLS marks every request as having used TLS to the proxy in front, for a proxy that doesn't
// say so.
func BehindTLS(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Set("X-Forwarded-Proto", "https")
		next.ServeHTTP(w, r)
	})
}
