package commandhttp

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"larder.dev/command-api/internal/account"
	"larder.dev/internal/httpserver"
	"larder.dev/internal/identity"
	"larder.dev/internal/ledger"
)

// ChangePassword changes the caller's password and ends their other sessions.
func (a *api) ChangePassword(c *gin.Context) {
	var passwords NewPassword
	if err := json.NewDecoder(c.Request.Body).Decode(&passwords); err != nil {
		a.fail(c, unreadable(err))
		return
	}
	device, err := a.Users.ChangePassword(c.Request.Context(), a.Logins, account.PasswordChange{
		User: identity.UserFrom(c).ID, Token: identity.TokenFrom(c), Old: passwords.Old, New: passwords.New,
		Address: c.ClientIP(), Device: identity.DeviceFrom(c),
	})
	switch {
	case errors.Is(err, account.ErrRefused):
		a.refusePassword(c, "old", "isn't your password")
	case errors.Is(err, account.ErrWeakPassword):
		a.refusePassword(c, "new", strings.TrimPrefix(err.Error(), "a password "))
	case errors.Is(err, account.ErrNoUser):
		a.fail(c, ledger.ErrNoUser)
	case err != nil:
		a.failLogin(c, err)
	default:
		identity.SetDeviceCookie(c, device)
		c.Status(http.StatusNoContent)
	}
}

func (a *api) refusePassword(c *gin.Context, field, detail string) {
	httpserver.WriteProblem(c, httpserver.Problem{
		Status: http.StatusUnprocessableEntity, Detail: "The " + field + " password " + detail + ".",
		Errors: []httpserver.FieldError{{Field: field, Detail: detail}},
	})
}
