package httpserver

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"larder.dev/internal/limits"
)

const problemType = "application/problem+json"

// Problem is the answer to a request that can't be served as asked, after RFC 9457.
type Problem struct {
	Type     string         // a URI for this kind of problem; about:blank where it is ""
	Title    string         // the kind in words; the text of the status where it is ""
	Status   int            // the HTTP status
	Detail   string         // what is wrong with this request, for the person who made it
	Instance string         // a URI of this occurrence; made of the request's id where it is ""
	Errors   []FieldError   // what is wrong, field by field; the first maxFieldErrors are written
	Extra    map[string]any // further members, at the top level
}

// FieldError is what is wrong with one field. Field is a path as "ingredients[2].text", or the name of a
// parameter; "" is the whole body.
type FieldError struct {
	Field  string `json:"field"`
	Detail string `json:"detail"`
}

// textGone is the kind of problem of a text that was deleted for good. Nothing brings it back.
const textGone = "urn:larder:problem:text-gone"

// TextGone answers to a request for such a text.
func TextGone(detail string) Problem {
	return Problem{Type: textGone, Title: "The text is gone", Status: http.StatusGone, Detail: detail}
}

// MarshalJSON writes the members, Extra's among them. The named members win over Extra's.
func (p Problem) MarshalJSON() ([]byte, error) {
	members := map[string]any{}
	maps.Copy(members, p.Extra)
	members["type"] = p.Type
	members["title"] = p.Title
	members["status"] = p.Status
	for name, text := range map[string]string{"detail": p.Detail, "instance": p.Instance} {
		if text != "" {
			members[name] = text
		}
	}
	if len(p.Errors) > 0 {
		members["errors"] = p.Errors[:min(len(p.Errors), maxFieldErrors)]
	}
	return json.Marshal(members)
}

// Error makes a Problem an error, so that it can be handed up to where it is written.
func (p Problem) Error() string {
	text := strconv.Itoa(p.Status) + " " + http.StatusText(p.Status)
	if p.Detail != "" {
		text += ": " + p.Detail
	}
	return text
}

// WriteProblem answers with a problem, and ends the chain of handlers.
func WriteProblem(c *gin.Context, p Problem) {
	c.Abort()
	if c.Writer.Written() {
		return // the answer is under way; nothing better can be said any more
	}
	WriteProblemTo(c.Writer, p)
	c.Writer.WriteHeaderNow()
}

// WriteProblemTo is WriteProblem for a handler without gin.
func WriteProblemTo(w http.ResponseWriter, p Problem) {
	if p.Type == "" {
		p.Type = "about:blank"
	}
	if p.Title == "" {
		p.Title = http.StatusText(p.Status)
	}
	if id := w.Header().Get(headerRequestID); id != "" && p.Instance == "" {
		p.Instance = "urn:request:" + id
	}
	body, err := json.Marshal(p)
	if err != nil { // a member in Extra can't be written; the rest is still worth saying
		p.Extra = nil
		body, _ = json.Marshal(p) //nolint:errchkjson // nothing is left in it that can't be written
	}
	header := w.Header()
	header.Set("Content-Type", problemType)
	header.Set("Cache-Control", "no-store")
	header.Del("Etag") // it would be the problem's
	w.WriteHeader(p.Status)
	_, _ = w.Write(body)
}

// WriteUnavailable answers 503: something that is needed can't be asked just now. Detail says what.
// after is when it is worth trying again.
func WriteUnavailable(c *gin.Context, detail string, after time.Duration) {
	c.Header("Retry-After", RetryAfter(after))
	WriteProblem(c, Problem{Status: http.StatusServiceUnavailable, Detail: detail})
}

// diskFull is the kind of problem of a server that has no room.
const diskFull = "urn:larder:problem:disk-full"

// roomAfter is when it is worth trying again where a disk is full: somebody has to make room first.
const roomAfter = 30 * time.Second

// WriteDiskFull answers 503 where a server has no room for what the request is to keep. It isn't 507: what was sent is all
// right, and programs that hold it back for later know 503. Detail says what wasn't done.
func WriteDiskFull(c *gin.Context, detail string) {
	c.Header("Retry-After", RetryAfter(roomAfter))
	WriteProblem(c, Problem{Type: diskFull, Title: "The disk is full", Status: http.StatusServiceUnavailable, Detail: detail})
}

// busyFor is when a caller with too much under way is told to come again: by then some of it is done.
const busyFor = time.Second

// WriteBusy answers 429: this caller has too much under way already. Detail says of what.
func WriteBusy(c *gin.Context, detail string) {
	c.Header("Retry-After", RetryAfter(busyFor))
	WriteProblem(c, Problem{Type: TooManyRequests, Status: http.StatusTooManyRequests, Detail: detail})
}

// RetryAfter gives the value of the header: whole seconds, rounded up, at least one.
func RetryAfter(after time.Duration) string {
	seconds := int64((after + time.Second - 1) / time.Second)
	return strconv.FormatInt(max(seconds, 1), 10)
}

// bodyProblem tells of a body that couldn't be read.
func bodyProblem(c *gin.Context, err error) Problem {
	var exceeded *limits.Exceeded
	if errors.As(err, &exceeded) {
		return Refusal(c.Writer.Header(), err)
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return tooLargeProblem(tooLarge.Limit)
	}
	return Problem{Status: http.StatusBadRequest, Detail: "The body of the request broke off."}
}

func tooLargeProblem(limit int64) Problem {
	return Problem{
		Status: http.StatusRequestEntityTooLarge,
		Detail: "The body of the request has more than " + strconv.FormatInt(limit, 10) + " bytes.",
		Extra:  map[string]any{"limit": limit},
	}
}
