package httpserver

import "github.com/gin-gonic/gin"

const personKey = "httpserver.caller"

// SetPerson records whose request it is, for limits by person. The session check calls it.
func SetPerson(c *gin.Context, person string) { c.Set(personKey, person) }

// personOf returns that person, or the request's address if nobody is logged in.
func personOf(c *gin.Context) string {
	if person := c.GetString(personKey); person != "" {
		return person
	}
	return c.ClientIP()
}
