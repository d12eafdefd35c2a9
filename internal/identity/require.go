package identity

import (
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"larder.dev/internal/httpserver"
)

// CookieName is the name of the cookie with the token.
const CookieName = "larder_session"

// PersonHeader carries the id of the person that a request was made for. A browser has one cookie
// for all its pages, and the person may have changed since a page was drawn or a command was
// queued. Browsers open an event stream without custom headers, so the query may carry it instead,
// as personQuery.
const (
	PersonHeader = "Larder-User"
	personQuery  = "larder_user"
)

// otherPerson is the problem type for a request made for somebody other than the session's person.
const otherPerson = "urn:larder:problem:other-person"

const (
	userKey    = "identity.user"
	bearer     = "Bearer "
	retryAfter = 2 * time.Second
)

// Require admits requests with a session and refuses all others: 401 without a session, 403 if
// PersonHeader names another person than the session's, 503 if the store is unreachable. A bearer
// token takes precedence over a cookie. Later handlers get the caller from UserFrom.
func Require(sessions *Sessions) gin.HandlerFunc {
	return func(c *gin.Context) {
		token, fromCookie := tokenOf(c.Request)
		user, renewed, err := sessions.verify(c.Request.Context(), token)
		switch {
		case errors.Is(err, ErrNoSession):
			refuse(c)
		case err != nil:
			_ = c.Error(err) // for the log
			httpserver.WriteUnavailable(c, "Sessions can't be checked just now.", retryAfter)
		case !isFor(c.Request, user):
			refuseOther(c)
		default:
			if renewed && fromCookie {
				SetCookie(c, token) // otherwise the browser's copy would expire before the store's
			}
			c.Set(userKey, user)
			httpserver.SetPerson(c, user.ID)
		}
	}
}

// UserFrom returns the caller of a request that passed Require. Without Require it panics: a
// handler that doesn't know its caller must not continue.
func UserFrom(c *gin.Context) User {
	user, ok := c.MustGet(userKey).(User)
	if !ok {
		panic("identity: the caller of the request isn't a User")
	}
	return user
}

// PersonOf returns the caller's id for a request that passed Require.
func PersonOf(c *gin.Context) string { return UserFrom(c).ID }

// AddressOf returns what counts as one caller when nobody is logged in: the address, or for IPv6
// the network.
func AddressOf(c *gin.Context) string { return network(c.ClientIP()) }

// TokenFrom returns a request's token, "" if it has none. It isn't verified.
func TokenFrom(c *gin.Context) string {
	token, _ := tokenOf(c.Request)
	return token
}

// SetCookie gives the browser a session's token.
func SetCookie(c *gin.Context, token string) {
	http.SetCookie(c.Writer, cookie(c.Request, token, int(Lifetime.Seconds())))
}

// ClearCookie removes the token from the browser, along with its cached answers and pictures, which
// the next person at the device could look at.
func ClearCookie(c *gin.Context) {
	c.Header("Clear-Site-Data", `"cache"`)
	http.SetCookie(c.Writer, cookie(c.Request, "", -1))
}

func cookie(r *http.Request, token string, maxAge int) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // Secure if the browser came by TLS; a laptop at home has none
		Name: CookieName, Value: token, Path: "/", MaxAge: maxAge,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: isSecure(r),
	}
}

// isSecure reports whether the browser used TLS, to here or to the first proxy. Forging the header
// only harms the forger.
func isSecure(r *http.Request) bool {
	first, _, _ := strings.Cut(r.Header.Get("X-Forwarded-Proto"), ",")
	return r.TLS != nil || strings.EqualFold(strings.TrimSpace(first), "https") || forwardedProto.MatchString(r.Header.Get("Forwarded"))
}

// forwardedProto matches https as reported by the first proxy in the header of RFC 7239.
var forwardedProto = regexp.MustCompile(`(?i)^[^,]*\bproto="?https\b`)

func refuse(c *gin.Context) {
	if err := countStranger(c.Request); err != nil {
		httpserver.WriteProblem(c, httpserver.Refusal(c.Writer.Header(), err))
		return
	}
	c.Header("WWW-Authenticate", "Bearer")
	httpserver.WriteProblem(c, httpserver.Problem{
		Status: http.StatusUnauthorized,
		Detail: "There is no session, or it has ended. Log in first.",
	})
}

// isFor reports whether a request was made for the person. Most programs only know one person and
// don't say.
func isFor(r *http.Request, user User) bool {
	persons := r.Header.Values(PersonHeader)
	if strings.Contains(r.URL.RawQuery, personQuery) {
		persons = append(slices.Clone(persons), r.URL.Query()[personQuery]...)
	}
	return !slices.ContainsFunc(persons, func(person string) bool { return !strings.EqualFold(person, user.ID) })
}

func refuseOther(c *gin.Context) {
	httpserver.WriteProblem(c, httpserver.Problem{
		Type: otherPerson, Title: "Somebody else is logged in", Status: http.StatusForbidden,
		Detail: "This request was made for another person than the one who is logged in. Nothing was done.",
	})
}

func tokenOf(r *http.Request) (token string, fromCookie bool) {
	if header := r.Header.Get("Authorization"); header != "" {
		token, _ := cutPrefixFold(header, bearer)
		return token, false
	}
	if cookie, err := r.Cookie(CookieName); err == nil {
		return cookie.Value, true
	}
	return "", false
}

func cutPrefixFold(text, prefix string) (rest string, found bool) {
	if len(text) < len(prefix) || !strings.EqualFold(text[:len(prefix)], prefix) {
		return "", false
	}
	return text[len(prefix):], true
}
