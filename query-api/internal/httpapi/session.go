package httpapi

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"larder.dev/internal/identity"
)

// GetSession tells who is logged in.
func (h *Handlers) GetSession(c *gin.Context) {
	user := identity.UserFrom(c)
	c.JSON(http.StatusOK, Session{User: User{
		ID: user.ID, Name: user.Name, Admin: user.Admin, Grocery: user.Grocery,
	}})
}
