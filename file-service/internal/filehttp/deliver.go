package filehttp

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"larder.dev/file-service/internal/owner"
	"larder.dev/file-service/internal/picture"
	"larder.dev/internal/cdn"
	"larder.dev/internal/httpserver"
	"larder.dev/internal/limits"
	"larder.dev/internal/objectstore"
)

// edgeSeconds is how long a CDN may serve a cached file without revalidating: by then a removed
// file is gone from there. A browser may keep it for ever: the bytes under an address never change,
// and a reader who has them has them.
const edgeSeconds = "60"

// sandbox is a policy that keeps an upload from running as our origin if it is shown at all.
const sandbox = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; media-src 'self'; frame-ancestors 'none'"

// deliver serves the bytes at a signed address.
func (a *api) deliver(c *gin.Context) {
	place, err := a.placeOf(c.Request.URL)
	if err != nil {
		httpserver.WriteProblem(c, forbidden())
		return
	}
	leave, ok := httpserver.Enter(c, a.Throttle, limits.Delivery, place.Owner)
	if !ok {
		return
	}
	defer leave()
	end := httpserver.LongLived(c)
	defer end()
	state, err := a.Owners.State(c.Request.Context(), place.Owner)
	if err == nil && state == owner.Disabled {
		httpserver.WriteProblem(c, forbidden())
		return
	}
	if err == nil && state == owner.Gone {
		err = objectstore.ErrNotFound
	}
	if err != nil {
		a.notDelivered(c, err)
		return
	}
	object, shown, err := a.Files.Size(c.Request.Context(), place)
	if err != nil {
		a.notDelivered(c, err)
		return
	}
	defer func() { _ = object.Close() }()
	describe(c.Writer.Header(), shown, object.Info)
	if shown != place {
		c.Header("Cache-Control", "private, max-age="+edgeSeconds) // something better is being drawn
	}
	content := &remembering{ReadSeeker: object}
	http.ServeContent(&stalling{ResponseWriter: c.Writer, silence: a.Silence}, c.Request, "", time.Time{}, content)
	if errors.Is(content.err, objectstore.ErrDamaged) { // the answer was cut short
		a.Log.ErrorContext(c.Request.Context(), "a file is damaged: larder backup verify --files",
			"request", httpserver.RequestID(c), "error", content.err)
	}
}

// remembering keeps a reader's error, which http.ServeContent doesn't return.
type remembering struct {
	io.ReadSeeker

	err error
}

func (r *remembering) Read(into []byte) (int, error) {
	n, err := r.ReadSeeker.Read(into)
	r.err = err
	return n, err
}

func (a *api) notDelivered(c *gin.Context, err error) {
	if errors.Is(err, objectstore.ErrNotFound) {
		httpserver.WriteProblem(c, httpserver.Problem{Status: http.StatusNotFound, Detail: "There is no such file."})
		return
	}
	if errors.Is(err, picture.ErrUnreadable) || errors.Is(err, picture.ErrBomb) {
		httpserver.WriteProblem(c, httpserver.Problem{
			Status: http.StatusNotFound, Detail: "The picture can't be drawn; its original is there.",
		})
		return
	}
	a.fail(c, err)
}

// placeOf parses and verifies an address. A CDN with signatures of its own (CloudFront) forwards
// their parameters too; ignore them.
func (a *api) placeOf(asked *url.URL) (cdn.Place, error) {
	query := asked.Query()
	for _, theirs := range []string{"Expires", "Signature", "Key-Pair-Id"} {
		query.Del(theirs)
	}
	if err := a.Origin.Verify(asked.Path, query, time.Now()); err != nil {
		return cdn.Place{}, err
	}
	return cdn.ParsePath(asked.Path)
}

func describe(header http.Header, place cdn.Place, object objectstore.Object) {
	mediaType := delivered(object.MediaType)
	header.Set("Content-Type", mediaType)
	header.Set("ETag", strconv.Quote(place.SHA256+"-"+place.Variant))
	header.Set("Cache-Control", "private, max-age=31536000, immutable")
	header.Set("X-Accel-Expires", edgeSeconds)              // nginx
	header.Set("Surrogate-Control", "max-age="+edgeSeconds) // Varnish, Fastly
	header.Set("CDN-Cache-Control", "max-age="+edgeSeconds) // RFC 9213
	header.Set("Content-Disposition", disposition(place.Name, mediaType))
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Content-Security-Policy", sandbox)
	header.Set("Cross-Origin-Resource-Policy", "cross-origin") // the PWA shows it from the CDN's host
}

// disposition lets a browser show harmless types and download the rest.
func disposition(name, mediaType string) string {
	how := "attachment"
	if shown(mediaType) {
		how = "inline"
	}
	if text := mime.FormatMediaType(how, map[string]string{"filename": name}); text != "" {
		return text
	}
	return how
}

// stalling disconnects a reader who takes nothing for a while. It answers an unsatisfiable range
// with a problem document like any other refusal.
type stalling struct {
	gin.ResponseWriter

	silence time.Duration
	refused bool
}

func (s *stalling) WriteHeader(status int) {
	if status != http.StatusRequestedRangeNotSatisfiable {
		s.ResponseWriter.WriteHeader(status)
		return
	}
	s.refused = true
	httpserver.WriteProblemTo(s.ResponseWriter, httpserver.Problem{Status: status, Detail: "The file has no byte in this range."})
}

func (s *stalling) Write(bytes []byte) (int, error) {
	if s.refused {
		return len(bytes), nil // drop the text of http.ServeContent
	}
	_ = http.NewResponseController(s.ResponseWriter).SetWriteDeadline(time.Now().Add(s.silence))
	return s.ResponseWriter.Write(bytes)
}
