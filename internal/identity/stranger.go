package identity

import (
	"context"
	"net/http"
	"strings"

	"larder.dev/internal/httpserver"
	"larder.dev/internal/limits"
)

// strangerKey is the context key of the function that counts a request as a stranger's.
type strangerKey struct{}

// alive is the liveness probe's path. It costs nothing, and refusing it would get the process
// killed.
const alive = "/healthz"

// LimitStrangers admits requests without a session within their address's limit, and answers 429 to
// the rest. API requests with a token are counted by person, behind Require, which counts a token
// without a session here. Pages and file addresses are public: there a token means nothing.
func LimitStrangers(throttle *limits.Throttle, callers *httpserver.Callers, next http.Handler) http.Handler {
	enter := func(r *http.Request) (leave func(), err error) {
		return throttle.Enter(r.Context(), limits.Stranger, network(callers.Address(r)))
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if token, _ := tokenOf(r); token != "" && isAPI(r.URL.Path) {
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), strangerKey{}, enter)))
			return
		}
		if r.URL.Path == alive {
			next.ServeHTTP(w, r)
			return
		}
		leave, err := enter(r)
		if err != nil {
			httpserver.WriteProblemTo(w, httpserver.Refusal(w.Header(), err))
			return
		}
		defer leave()
		next.ServeHTTP(w, r)
	})
}

func isAPI(path string) bool { return strings.HasPrefix(strings.TrimPrefix(path, "/grocery"), "/api/") }

// countStranger counts a request whose token has no session. The error means that its address has
// sent too many.
func countStranger(r *http.Request) error {
	enter, counts := r.Context().Value(strangerKey{}).(func(*http.Request) (func(), error))
	if !counts {
		return nil
	}
	leave, err := enter(r)
	if err != nil {
		return err
	}
	leave()
	return nil
}
