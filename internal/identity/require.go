package identity

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"larder.dev/internal/httpserver"
)

// CookieName is the name of the cookie with the token.
const CookieName = "larder_session"

const (
	userKey    = "identity.user"
	bearer     = "Bearer "
	retryAfter = 2 * time.Second
)

// Require lets a request pass that has a session, and turns every other one away: 401 where there is no
// session, 503 where the store can't be asked. A bearer token counts before a cookie. The handlers after
// it find the caller with UserFrom.
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
		default:
			if renewed && fromCookie {
				SetCookie(c, token) // the browser keeps it no longer than the store otherwise
			}
			c.Set(userKey, user)
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

// TokenFrom gives the token that a request has with it, "" where it has none. It isn't verified.
func TokenFrom(c *gin.Context) string {
	token, _ := tokenOf(c.Request)
	return token
}

// SetCookie gives the browser the token of a session.
func SetCookie(c *gin.Context, token string) {
	http.SetCookie(c.Writer, cookie(c.Request, token, int(Lifetime.Seconds())))
}

// ClearCookie takes the token away from the browser.
func ClearCookie(c *gin.Context) {
	http.SetCookie(c.Writer, cookie(c.Request, "", -1))
}

func cookie(r *http.Request, token string, maxAge int) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // Secure wherever the browser came by TLS; a laptop at home has none
		Name: CookieName, Value: token, Path: "/", MaxAge: maxAge,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: isSecure(r),
	}
}

// isSecure tells whether the browser came by TLS. A header that lies about it harms the liar alone.
func isSecure(r *http.Request) bool {
	return r.TLS != nil || strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
}

func refuse(c *gin.Context) {
	c.Header("WWW-Authenticate", "Bearer")
	httpserver.WriteProblem(c, httpserver.Problem{
		Status: http.StatusUnauthorized,
		Detail: "There is no session, or it has ended. Log in first.",
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
