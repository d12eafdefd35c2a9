package httpapi

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"larder.dev/events"
	"larder.dev/file-service/internal/keeping"
	"larder.dev/file-service/internal/resumable"
	"larder.dev/internal/freshness"
	"larder.dev/internal/httpserver"
	"larder.dev/internal/identity"
	"larder.dev/internal/ledger"
	"larder.dev/internal/telemetry"
)

// uploadsPath is where uploads are that can go on. It is below that of the files, so that a proxy which passes
// those on passes these on.
const uploadsPath = "/api/files/uploads/"

// headerFile tells which file a whole upload became.
const headerFile = "Larder-File"

// Resumable gives what resumable uploads ask of the files.
func Resumable(files *keeping.Files, dir string, maxSize int64, silence time.Duration) resumable.Options {
	return resumable.Options{
		Dir: dir, MaxSize: maxSize, Silence: silence,
		Admit: func(ctx context.Context, u resumable.Upload) error {
			if _, err := uuid.Parse(u.Recipe); err != nil {
				return metadataProblem("recipe must be a UUID")
			}
			return unwanted(files.CanAttach(ctx, u.User, u.Recipe))
		},
		Finish: func(ctx context.Context, u resumable.Upload, bytes *os.File) (resumable.Done, error) {
			done, err := attachUpload(ctx, files, u, bytes)
			return done, unwanted(err)
		},
	}
}

// unwanted marks what no later try can change: a recipe that is gone takes no file any more.
func unwanted(err error) error {
	if errors.Is(err, keeping.ErrNoRecipe) {
		return fmt.Errorf("%w: %w", resumable.ErrUnwanted, err)
	}
	return err
}

func metadataProblem(what string) httpserver.Problem {
	return httpserver.Problem{
		Status: http.StatusUnprocessableEntity, Detail: "Upload-Metadata: " + what + ".",
		Errors: []httpserver.FieldError{{Field: "Upload-Metadata", Detail: what}},
	}
}

// attachUpload puts a whole upload on its recipe, once: its id is the idempotency key.
func attachUpload(ctx context.Context, files *keeping.Files, u resumable.Upload, bytes *os.File) (resumable.Done, error) {
	outcome, err := files.AttachWhole(ctx, keeping.Upload{
		User: u.User, Recipe: u.Recipe, Name: u.Name, TraceParent: telemetry.TraceParent(ctx),
		Key: func(_, hash string) *ledger.Key {
			sum := sha256.Sum256([]byte(u.Recipe + " " + hash))
			return &ledger.Key{Value: "upload " + u.ID, Hash: sum[:]} // with a space, which no caller's key has
		},
	}, bytes)
	if err != nil {
		return resumable.Done{}, err
	}
	var file events.File
	if err := json.Unmarshal(outcome.Answer.Body, &file); err != nil {
		return resumable.Done{}, fmt.Errorf("read the answer of upload %s: %w", u.ID, err)
	}
	return resumable.Done{File: file.ID, After: outcome.Answer.Header[freshness.Header], Change: outcome.Change}, nil
}

// CreateUpload begins an upload that can go on where it broke off.
func (a *api) CreateUpload(c *gin.Context, _ CreateUploadParams) {
	end := httpserver.LongLived(c)
	defer end()
	answer, err := a.Uploads.Create(c.Writer, c.Request, identity.UserFrom(c).ID)
	if err == nil && answer.Upload != "" {
		c.Header("Location", uploadsPath+answer.Upload)
	}
	a.answerUpload(c, answer, err)
}

// AskUpload tells how much of an upload is here.
func (a *api) AskUpload(c *gin.Context, id ID) {
	end := httpserver.LongLived(c) // a whole upload may still have to go to the store
	defer end()
	answer, err := a.Uploads.Ask(c.Writer, c.Request, identity.UserFrom(c).ID, id.String())
	a.answerUpload(c, answer, err)
}

// ContinueUpload takes the next bytes of an upload.
func (a *api) ContinueUpload(c *gin.Context, id ID, _ ContinueUploadParams) {
	end := httpserver.LongLived(c)
	defer end()
	answer, err := a.Uploads.Continue(c.Writer, c.Request, identity.UserFrom(c).ID, id.String())
	a.answerUpload(c, answer, err)
}

// DropUpload gives an upload up.
func (a *api) DropUpload(c *gin.Context, id ID, _ DropUploadParams) {
	answer, err := a.Uploads.Drop(c.Writer, c.Request, identity.UserFrom(c).ID, id.String())
	a.answerUpload(c, answer, err)
}

func (a *api) answerUpload(c *gin.Context, answer resumable.Answer, err error) {
	if err != nil {
		a.fail(c, err)
		return
	}
	maps.Copy(c.Writer.Header(), answer.Header)
	switch {
	case answer.Status >= http.StatusInternalServerError && answer.Status != http.StatusNotImplemented:
		a.Log.WarnContext(c.Request.Context(), "an upload can't be kept", "request", httpserver.RequestID(c), "reason", answer.Reason)
		httpserver.WriteUnavailable(c, "The upload can't be kept just now. What is here stays.", retryAfter)
		return
	case answer.Status >= http.StatusBadRequest:
		httpserver.WriteProblem(c, a.uploadProblem(answer))
		return
	}
	if done := answer.Done; done != nil {
		a.note(c, identity.UserFrom(c).ID, done.Change, done.After)
		c.Header(headerFile, done.File)
		c.Header(freshness.Header, done.After)
	}
	c.Status(answer.Status)
	c.Writer.WriteHeaderNow()
}

func (a *api) uploadProblem(answer resumable.Answer) httpserver.Problem {
	problem := httpserver.Problem{Status: answer.Status, Detail: "The upload was refused: " + strings.TrimSpace(answer.Reason) + "."}
	if answer.Status == http.StatusRequestEntityTooLarge {
		problem.Extra = map[string]any{"limit": a.MaxSize}
	}
	return problem
}
