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

// PersonHeader names whose request it is: the id of the person for whom it was made. A browser has one cookie for all
// its pages, and the person may have changed since a page was drawn or a command was queued. Browsers open a stream of
// events without headers of the page's own, so the query may say it too, as personQuery.
const (
	PersonHeader = "Larder-User"
	personQuery  = "larder_user"
)

// otherPerson is the type of the problem that answers a request made for somebody else than the session's person.
const otherPerson = "urn:larder:problem:other-person"

const (
	userKey    = "identity.user"
	bearer     = "Bearer "
	retryAfter = 2 * time.Second
)

// Require lets a request pass that has a session, and turns every other one away: 401 where there is no
// session, 403 where PersonHeader names another person than the session's, 503 where the store can't be asked.
// A bearer token counts before a cookie. The handlers after it find the caller with UserFrom.
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
				SetCookie(c, token) // the browser keeps it no longer than the store otherwise
			}
			c.Set(userKey, user)
			httpserver.SetPerson(c, user.ID)
		}
	}
}

// UserFrom gives the caller of a request that passed Require. Without Require it panics: a handler that
// doesn't know its caller must not go on.
func UserFrom(c *gin.Context) User {
	user, ok := c.MustGet(userKey).(User)
	if !ok {
		panic("identity: the caller of the request isn't a User")
	}
	return user
}

// PersonOf gives the id of the caller of a request that passed Require.
func PersonOf(c *gin.Context) string { return UserFrom(c).ID }

// AddressOf gives what is counted as one caller where nobody is logged in: the address, or with IPv6 the network.
func AddressOf(c *gin.Context) string { return network(c.ClientIP()) }

// TokenFrom gives the token that a request has with it, "" where it has none. It isn't verified.
func TokenFrom(c *gin.Context) string {
	token, _ := tokenOf(c.Request)
	return token
}

// SetCookie gives the browser the token of a session.
func SetCookie(c *gin.Context, token string) {
	http.SetCookie(c.Writer, cookie(c.Request, token, int(Lifetime.Seconds())))
}

// ClearCookie takes the token away from the browser, and what it has cached of answers and pictures, which the next
// person at the same device could look at.
func ClearCookie(c *gin.Context) {
	c.Header("Clear-Site-Data", `"cache"`)
	http.SetCookie(c.Writer, cookie(c.Request, "", -1))
}

func cookie(r *http.Request, token string, maxAge int) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // Secure wherever the browser came by TLS; a laptop at home has none
		Name: CookieName, Value: token, Path: "/", MaxAge: maxAge,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: isSecure(r),
	}
}

// isSecure tells whether the browser came by TLS, to here or to the first proxy before this. A header that lies about
// it harms the liar alone.
func isSecure(r *http.Request) bool {
	first, _, _ := strings.Cut(r.Header.Get("X-Forwarded-Proto"), ",")
	return r.TLS != nil || strings.EqualFold(strings.TrimSpace(first), "https") || forwardedProto.MatchString(r.Header.Get("Forwarded"))
}

// forwardedProto finds the scheme in the header of RFC 7239, in the words of the first proxy.
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

// isFor tells whether a request was made for a person. Most programs know of one person alone and don't say.
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
