package queryhttp

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"larder.dev/internal/identity"
)

// GetSession returns the logged-in user.
func (h *Handlers) GetSession(c *gin.Context) {
	user := identity.UserFrom(c)
	c.JSON(http.StatusOK, Session{User: User{
		ID: user.ID, Name: user.Name, Admin: user.Admin, Grocery: user.Grocery,
	}})
}

// ListSessions lists the caller's sessions.
func (h *Handlers) ListSessions(c *gin.Context) {
	sessions, err := h.Sessions.List(c.Request.Context(), identity.UserFrom(c).ID)
	if err != nil {
		h.fail(c, err)
		return
	}
	current := identity.IDOf(identity.TokenFrom(c))
	items := make([]Device, len(sessions))
	for i, session := range sessions {
		items[i] = Device{
			ID: session.ID, Agent: session.Agent, CreatedAt: session.CreatedAt, SeenAt: session.SeenAt,
			Current: session.ID == current,
		}
	}
	c.Header("Cache-Control", "no-store")
	c.JSON(http.StatusOK, SessionList{Items: items})
}
