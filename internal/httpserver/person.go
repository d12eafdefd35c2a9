package httpserver

import "github.com/gin-gonic/gin"

const personKey = "httpserver.caller"

// SetPerson says whose request it is, for what is bounded by person. Whoever checks the session calls it.
func SetPerson(c *gin.Context, person string) { c.Set(personKey, person) }

// personOf gives who that is: the address that the request is from where nobody has logged in.
func personOf(c *gin.Context) string {
	if person := c.GetString(personKey); person != "" {
		return person
	}
	return c.ClientIP()
}
