package identity

import (
	"context"
	"net/http"
	"strings"

	"larder.dev/internal/httpserver"
	"larder.dev/internal/limits"
)

// strangerKey leads from a request's context to what counts it as a stranger's.
type strangerKey struct{}

// alive is where whoever watches the process asks whether it is there. It costs nothing, and being refused would end the
// process.
const alive = "/healthz"

// LimitStrangers admits what comes without a session within the limit of its address, and answers 429 to the rest. What an
// API is asked with a token is counted by person, behind Require, which counts a token that opens nothing here. Pages and
// addresses of files are for everybody: there a token says nothing.
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

// countStranger counts a request whose token opens nothing. The error says that its address has sent too many.
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
