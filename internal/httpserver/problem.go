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

// Problem is an RFC 9457 answer to a request that can't be served as asked.
type Problem struct {
	Type     string         // a URI for this kind of problem; defaults to about:blank
	Title    string         // the kind in words; defaults to the status text
	Status   int            // the HTTP status
	Detail   string         // what is wrong with this request, for its sender
	Instance string         // a URI of this occurrence; defaults to one with the request's id
	Errors   []FieldError   // errors by field; the first maxFieldErrors are written
	Extra    map[string]any // additional top-level members
}

// FieldError is one field's error. Field is a path such as "ingredients[2].text", or a parameter's
// name; "" is the whole body.
type FieldError struct {
	Field  string `json:"field"`
	Detail string `json:"detail"`
}

// textGone is the type for a permanently deleted text. Nothing restores it.
const textGone = "urn:larder:problem:text-gone"

// TextGone answers a request for such a text.
func TextGone(detail string) Problem {
	return Problem{Type: textGone, Title: "The text is gone", Status: http.StatusGone, Detail: detail}
}

// MarshalJSON writes all members. Named members override Extra's.
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

// Error makes a Problem an error, so that it can be returned to where it is written.
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
		return // the answer has begun; it is too late to say anything else
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
	if err != nil { // a member of Extra can't be encoded; the rest is still useful
		p.Extra = nil
		body, _ = json.Marshal(p) //nolint:errchkjson // nothing left can fail to encode
	}
	header := w.Header()
	header.Set("Content-Type", problemType)
	header.Set("Cache-Control", "no-store")
	header.Del("Etag") // it would label the problem
	w.WriteHeader(p.Status)
	_, _ = w.Write(body)
}

// WriteUnavailable answers 503: a dependency is unreachable at the moment. Detail names it. after
// is when to retry.
func WriteUnavailable(c *gin.Context, detail string, after time.Duration) {
	c.Header("Retry-After", RetryAfter(after))
	WriteProblem(c, Problem{Status: http.StatusServiceUnavailable, Detail: detail})
}

// diskFull is the problem type for a full disk.
const diskFull = "urn:larder:problem:disk-full"

// roomAfter is when to retry after a full disk: somebody has to free space first.
const roomAfter = 30 * time.Second

// WriteDiskFull answers 503 if a server has no space for what the request stores. It isn't 507: the
// request is fine, and clients that retry later know 503. Detail says what wasn't done.
func WriteDiskFull(c *gin.Context, detail string) {
	c.Header("Retry-After", RetryAfter(roomAfter))
	WriteProblem(c, Problem{Type: diskFull, Title: "The disk is full", Status: http.StatusServiceUnavailable, Detail: detail})
}

// busyFor is when a caller with too much in progress should retry: by then some of it is done.
const busyFor = time.Second

// WriteBusy answers 429: this caller has too much in progress. Detail says of what.
func WriteBusy(c *gin.Context, detail string) {
	c.Header("Retry-After", RetryAfter(busyFor))
	WriteProblem(c, Problem{Type: TooManyRequests, Status: http.StatusTooManyRequests, Detail: detail})
}

// RetryAfter returns the header's value: whole seconds, rounded up, at least one.
func RetryAfter(after time.Duration) string {
	seconds := int64((after + time.Second - 1) / time.Second)
	return strconv.FormatInt(max(seconds, 1), 10)
}

// bodyProblem describes a body that couldn't be read.
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
