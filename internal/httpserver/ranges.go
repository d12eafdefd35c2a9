package httpserver

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
)

// maxRanges is how many parts of a file may be asked for at once. A reader of PDF asks for a few; each part of thousands
// has a head of its own, and is a read of its own in the store behind (RFC 9110, section 17.15).
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

// limitRanges refuses requests for many parts.
func limitRanges(c *gin.Context) {
	if tooManyRanges(c.Request.Header) {
		WriteProblem(c, rangesProblem())
	}
}

// boundRanges is limitRanges for what is served beside an engine.
func boundRanges(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !tooManyRanges(r.Header) {
			next.ServeHTTP(w, r)
			return
		}
		WriteProblemTo(w, rangesProblem())
	})
}
