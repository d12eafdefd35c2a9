package httpserver

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
)

// maxRanges is how many ranges of a file a request may have. A PDF reader asks for a few; each of
// thousands has headers of its own and is a separate read in the store (RFC 9110, section 17.15).
const maxRanges = 16

func tooManyRanges(header http.Header) bool {
	commas := 0
	for _, ranges := range header.Values("Range") {
		commas += strings.Count(ranges, ",") + 1
	}
	return commas > maxRanges
}

func rangesProblem() Problem {
	return Problem{
		Status: http.StatusRequestedRangeNotSatisfiable,
		Detail: fmt.Sprintf("Ask for at most %d ranges at once.", maxRanges), Extra: map[string]any{"limit": maxRanges},
	}
}

// limitRanges refuses requests for too many ranges.
func limitRanges(c *gin.Context) {
	if tooManyRanges(c.Request.Header) {
		WriteProblem(c, rangesProblem())
	}
}

// boundRanges is limitRanges for handlers outside an engine.
func boundRanges(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !tooManyRanges(r.Header) {
			next.ServeHTTP(w, r)
			return
		}
		WriteProblemTo(w, rangesProblem())
	})
}
