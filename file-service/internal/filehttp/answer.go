package filehttp

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"larder.dev/events"
	"larder.dev/file-service/internal/antivirus"
	"larder.dev/file-service/internal/attachment"
	"larder.dev/file-service/internal/files"
	"larder.dev/file-service/internal/filestore"
	"larder.dev/file-service/internal/incoming"
	"larder.dev/file-service/internal/picture"
	"larder.dev/file-service/internal/resumable"
	"larder.dev/internal/bulkhead"
	"larder.dev/internal/cdn"
	"larder.dev/internal/fulldisk"
	"larder.dev/internal/httpserver"
	"larder.dev/internal/identity"
	"larder.dev/internal/ledger"
	"larder.dev/internal/objectstore"
	"larder.dev/internal/postgres"
	"larder.dev/internal/readyourwrites"
	"larder.dev/internal/redis"
	"larder.dev/internal/topology"
)

const retryAfter = 5 * time.Second

// answer writes a command's outcome, after storing the marks that let the caller's next read see
// the write.
func (a *api) answer(c *gin.Context, outcome filestore.Outcome, err error) {
	if err != nil {
		a.fail(c, err)
		return
	}
	user := identity.UserFrom(c).ID
	a.note(c, user, outcome.Change, outcome.Answer.Header[readyourwrites.Header])
	for name, value := range outcome.Answer.Header {
		c.Header(name, value)
	}
	if outcome.Replayed {
		c.Header("Idempotent-Replayed", "true")
	}
	if len(outcome.Answer.Body) == 0 {
		c.Status(outcome.Answer.Status)
		c.Writer.WriteHeaderNow()
		return
	}
	view, err := a.view(user, outcome.Answer.Body)
	if err != nil {
		a.fail(c, err)
		return
	}
	c.JSON(outcome.Answer.Status, view)
}

func (a *api) view(user string, body []byte) (any, error) {
	var file events.File
	if err := json.Unmarshal(body, &file); err != nil {
		return nil, fmt.Errorf("read a kept answer: %w", err)
	}
	addresses, err := cdn.Addresses(a.Signer, user, cdn.Kept{
		SHA256: file.SHA256, Name: file.Name, MediaType: file.MediaType, Color: file.Color,
	}, time.Now())
	if err != nil {
		return nil, fmt.Errorf("sign the addresses of file %s: %w", file.ID, err)
	}
	return struct {
		events.File
		URL   string     `json:"url"`
		Sizes []cdn.Size `json:"sizes,omitempty"`
	}{file, addresses.URL, addresses.Sizes}, nil
}

// note stores the marks. Without them only reads with the header are fresh, so a failure here
// doesn't fail the command.
func (a *api) note(c *gin.Context, user string, change int64, after string) {
	if change == 0 {
		return
	}
	written, err := readyourwrites.Parse(after)
	if err == nil {
		err = a.Marks.Note(c.Request.Context(), user, change, written)
	}
	if err != nil {
		a.Log.WarnContext(c.Request.Context(), "note a write", "request", httpserver.RequestID(c), "error", err)
	}
}

// refusal returns the problem for an error that the caller can act on.
func (a *api) refusal(err error) (httpserver.Problem, bool) {
	limit := func(n int64) map[string]any { return map[string]any{"limit": n} }
	var (
		tooLarge *http.MaxBytesError
		full     *filestore.Full
	)
	switch {
	case errors.As(err, &full):
		a.Throttle.CountQuota(full.Kind)
		return httpserver.QuotaProblem(full.Kind, strings.ReplaceAll(full.Kind, "file_bytes", "bytes of files"), full.Limit), true
	case errors.Is(err, files.ErrNoRecipe):
		return httpserver.Problem{Status: http.StatusNotFound, Detail: "There is no such recipe."}, true
	case errors.Is(err, files.ErrNoFile):
		return httpserver.Problem{Status: http.StatusNotFound, Detail: "There is no such file."}, true
	case errors.Is(err, incoming.ErrTooLarge), errors.As(err, &tooLarge):
		return httpserver.Problem{
			Status: http.StatusRequestEntityTooLarge,
			Detail: fmt.Sprintf("The file has more than %d bytes.", a.MaxSize), Extra: limit(a.MaxSize),
		}, true
	case errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(err, objectstore.ErrUnavailable):
		return httpserver.Problem{
			Status: http.StatusRequestTimeout, Detail: fmt.Sprintf("Nothing came for %v. Nothing was kept.", a.Silence),
		}, true
	case errors.Is(err, files.ErrNoRoom):
		return httpserver.Problem{
			Status: http.StatusRequestEntityTooLarge, Detail: "The recipe is too large for another file.",
			Extra: limit(attachment.MaxRecipe),
		}, true
	case errors.Is(err, files.ErrTooMany):
		return httpserver.Problem{
			Status: http.StatusUnprocessableEntity,
			Detail: fmt.Sprintf("The recipe has %d files already, and may have no more.", attachment.MaxFiles),
			Extra:  limit(attachment.MaxFiles),
		}, true
	case errors.Is(err, resumable.ErrNoUpload):
		return httpserver.Problem{Status: http.StatusNotFound, Detail: "There is no such upload, or it has expired."}, true
	case errors.Is(err, resumable.ErrTooMany):
		return httpserver.Problem{
			Status: http.StatusUnprocessableEntity,
			Detail: fmt.Sprintf("%d uploads are open already. Finish one, or give it up.", resumable.MaxOpen),
			Extra:  limit(resumable.MaxOpen),
		}, true
	case errors.Is(err, files.ErrEmpty):
		return unprocessable("is empty"), true
	case errors.Is(err, picture.ErrBomb):
		return unprocessable("is a picture that takes too much memory or time: too many pixels, frames or scans"), true
	case errors.Is(err, antivirus.ErrInfected):
		return unprocessable("was refused by the virus scanner"), true
	case errors.Is(err, ledger.ErrKeyReused):
		return httpserver.Problem{
			Status: http.StatusUnprocessableEntity,
			Detail: "The Idempotency-Key was used for another request. Take a new key for each command.",
			Errors: []httpserver.FieldError{{Field: "Idempotency-Key", Detail: "was used for another request"}},
		}, true
	case errors.Is(err, ledger.ErrNoUser):
		return httpserver.Problem{
			Status: http.StatusUnauthorized, Detail: "The account of this session doesn't exist any more.",
		}, true
	case errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, objectstore.ErrUnavailable):
		return httpserver.Problem{Status: http.StatusBadRequest, Detail: "The form broke off before its end."}, true
	default:
		return httpserver.Problem{}, false
	}
}

// afterUpload is when an unfinished upload may have freed its room, by finishing or being
// abandoned.
const afterUpload = time.Minute

// tooMuch answers if the error is a limit on a person's simultaneous uploads, and reports whether
// it is.
func (a *api) tooMuch(c *gin.Context, err error) bool {
	switch {
	case errors.Is(err, resumable.ErrTooMuch):
		a.Throttle.CountQuota("unfinished_uploads")
		tooMany(c, "unfinished_uploads", a.MaxUnfinished, afterUpload,
			fmt.Sprintf("Your unfinished uploads may have %d bytes together. Finish one, or give it up.", a.MaxUnfinished))
	case errors.Is(err, picture.ErrTooManyWaiting):
		a.Throttle.CountQuota("pictures")
		tooMany(c, "pictures", picture.MaxWaiting, retryAfter, "Too many of your pictures wait to be drawn. Send this one again later.")
	case errors.Is(err, incoming.ErrShare):
		httpserver.WriteBusy(c, "Too many of your uploads are under way. Let one come to its end.")
	case errors.Is(err, bulkhead.ErrBusy):
		httpserver.WriteBusy(c, "Too many of your changes are under way. Wait for some to be answered.")
	default:
		return false
	}
	return true
}

func tooMany(c *gin.Context, kind string, limit int64, after time.Duration, detail string) {
	c.Header("Retry-After", httpserver.RetryAfter(after))
	httpserver.WriteProblem(c, httpserver.Problem{
		Type: httpserver.TooManyRequests, Status: http.StatusTooManyRequests, Detail: detail,
		Extra: map[string]any{"kind": kind, "limit": limit},
	})
}

func unprocessable(what string) httpserver.Problem {
	return httpserver.Problem{
		Status: http.StatusUnprocessableEntity, Detail: "The file " + what + ".",
		Errors: []httpserver.FieldError{{Field: "file", Detail: what}},
	}
}

// fail maps every error to its answer, for all handlers.
func (a *api) fail(c *gin.Context, err error) {
	var problem httpserver.Problem
	if errors.As(err, &problem) {
		httpserver.WriteProblem(c, problem)
		return
	}
	if problem, known := a.refusal(err); known {
		httpserver.WriteProblem(c, problem)
		return
	}
	ctx := c.Request.Context()
	if a.tooMuch(c, err) {
		return
	}
	if errors.Is(err, topology.ErrNotConfirmed) {
		a.Log.WarnContext(ctx, "a write is held back", "request", httpserver.RequestID(c), "error", err)
		httpserver.WriteUnavailable(c, "Which database is the primary isn't certain just now. Send it again.", retryAfter)
		return
	}
	if errors.Is(err, picture.ErrBusy) {
		a.Log.WarnContext(ctx, "a picture can't be drawn", "request", httpserver.RequestID(c), "error", err)
		httpserver.WriteUnavailable(c, "The picture can't be drawn just now. Nothing was kept.", retryAfter)
		return
	}
	if postgres.DiskFull(err) || fulldisk.Is(err) {
		a.Log.WarnContext(ctx, "a file is refused: a disk is full", "request", httpserver.RequestID(c), "error", err)
		httpserver.WriteDiskFull(c, "There is no room for more. Nothing was kept, and what is there can be read.")
		return
	}
	if unavailable(err) {
		a.Log.WarnContext(ctx, "a store can't be asked", "request", httpserver.RequestID(c), "error", err)
		httpserver.WriteUnavailable(c, "A store that is needed can't be asked just now. Nothing was changed.", retryAfter)
		return
	}
	a.Log.ErrorContext(ctx, "a request failed", "request", httpserver.RequestID(c), "error", err)
	httpserver.WriteProblem(c, httpserver.Problem{Status: http.StatusInternalServerError, Detail: "The request failed."})
}

func unavailable(err error) bool {
	return errors.Is(err, objectstore.ErrUnavailable) || errors.Is(err, antivirus.ErrAway) || errors.Is(err, incoming.ErrBusy) ||
		postgres.Passing(err) || errors.Is(err, redis.ErrUnavailable)
}
