package commandhttp

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"larder.dev/command-api/internal/account"
	"larder.dev/internal/httpserver"
	"larder.dev/internal/identity"
)

// LogIn starts a session.
func (a *api) LogIn(c *gin.Context) {
	var credentials Credentials
	if err := json.NewDecoder(c.Request.Body).Decode(&credentials); err != nil {
		a.fail(c, unreadable(err))
		return
	}
	in, err := a.Users.LogIn(c.Request.Context(), a.Logins, account.Login{
		Name: credentials.Username, Password: credentials.Password,
		Address: c.ClientIP(), Agent: c.Request.UserAgent(), Device: identity.DeviceFrom(c),
	})
	if err != nil {
		a.failLogin(c, err)
		return
	}
	identity.SetCookie(c, in.Token)
	identity.SetDeviceCookie(c, in.Device)
	c.Header("Cache-Control", "no-store")
	c.JSON(http.StatusOK, NewSession{
		Token: in.Token,
		User:  User{ID: in.User.ID, Name: in.User.Name, Admin: in.User.Admin, Grocery: in.User.Grocery},
	})
}

func (a *api) failLogin(c *gin.Context, err error) {
	var tooMany *identity.TooManyAttempts
	switch {
	case errors.Is(err, account.ErrRefused):
		httpserver.WriteProblem(c, httpserver.Problem{
			Status: http.StatusUnauthorized, Detail: "The name or the password is wrong.",
		})
	case errors.As(err, &tooMany):
		c.Header("Retry-After", httpserver.RetryAfter(tooMany.RetryAfter))
		httpserver.WriteProblem(c, httpserver.Problem{
			Status: http.StatusTooManyRequests, Detail: "Too many logins failed. Wait before you try again.",
		})
	case errors.Is(err, identity.ErrBusy):
		httpserver.WriteUnavailable(c, "Too many people are logging in just now.", retryAfter)
	default:
		a.fail(c, err)
	}
}

// LogOut ends the request's own session.
func (a *api) LogOut(c *gin.Context) {
	if err := a.Sessions.End(c.Request.Context(), identity.TokenFrom(c)); err != nil {
		a.fail(c, err)
		return
	}
	identity.ClearCookie(c)
	c.Status(http.StatusNoContent)
}

// EndSession ends one of the caller's sessions, possibly the current one.
func (a *api) EndSession(c *gin.Context, id string) {
	err := a.Sessions.EndOne(c.Request.Context(), identity.UserFrom(c).ID, id)
	switch {
	case errors.Is(err, identity.ErrNoSession):
		httpserver.WriteProblem(c, httpserver.Problem{
			Status: http.StatusNotFound, Detail: "You have no session with this id, or it has ended.",
		})
		return
	case err != nil:
		a.fail(c, err)
		return
	}
	if id == identity.IDOf(identity.TokenFrom(c)) {
		identity.ClearCookie(c)
	}
	c.Status(http.StatusNoContent)
}

// EndSessions ends all of the caller's sessions, including the current one.
func (a *api) EndSessions(c *gin.Context) {
	if _, err := a.Sessions.EndAll(c.Request.Context(), identity.UserFrom(c).ID); err != nil {
		a.fail(c, err)
		return
	}
	identity.ClearCookie(c)
	c.Status(http.StatusNoContent)
}
