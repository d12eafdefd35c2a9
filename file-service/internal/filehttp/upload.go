package filehttp

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"larder.dev/events"
	"larder.dev/file-service/internal/files"
	"larder.dev/file-service/internal/incoming"
	"larder.dev/file-service/internal/resumable"
	"larder.dev/internal/apidocs"
	"larder.dev/internal/httpserver"
	"larder.dev/internal/id"
	"larder.dev/internal/identity"
	"larder.dev/internal/ledger"
	"larder.dev/internal/readyourwrites"
	"larder.dev/internal/telemetry"
)

// uploadsPath is where uploads are that can go on. It is below that of the files, so that a proxy which passes
// those on passes these on.
const uploadsPath = "/api/files/uploads/"

// headerFile tells which file a whole upload became.
const headerFile = "Larder-File"

// Resumable adds to the options of resumable uploads what these ask of the files.
func Resumable(all *files.Files, options resumable.Options) resumable.Options {
	options.Admit = func(ctx context.Context, u resumable.Upload) error {
		if !id.Is(u.Recipe) {
			return metadataProblem("recipe must be a UUID in lower case, as 0190a7c4-5f0e-7b7e-9c3a-2f6d1c0e8a55")
		}
		return unwanted(all.CanAttach(ctx, u.User, u.Recipe))
	}
	options.Finish = func(ctx context.Context, u resumable.Upload, file *incoming.File) (resumable.Done, error) {
		done, err := attachUpload(ctx, all, u, file)
		return done, unwanted(err)
	}
	return options
}

// unwanted marks what no later try can change: a recipe that is gone takes no file any more.
func unwanted(err error) error {
	if errors.Is(err, files.ErrNoRecipe) {
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
func attachUpload(ctx context.Context, all *files.Files, u resumable.Upload, file *incoming.File) (resumable.Done, error) {
	outcome, err := all.AttachWhole(ctx, files.Upload{
		User: u.User, Recipe: u.Recipe, Name: u.Name, TraceParent: telemetry.TraceParent(ctx),
		Key: func(_, hash string) *ledger.Key {
			sum := sha256.Sum256([]byte(u.Recipe + " " + hash))
			return &ledger.Key{Value: "upload " + u.ID, Hash: sum[:]} // with a space, which no caller's key has
		},
	}, file)
	if err != nil {
		return resumable.Done{}, err
	}
	var attached events.File
	if err := json.Unmarshal(outcome.Answer.Body, &attached); err != nil {
		return resumable.Done{}, fmt.Errorf("read the answer of upload %s: %w", u.ID, err)
	}
	return resumable.Done{File: attached.ID, After: outcome.Answer.Header[readyourwrites.Header], Change: outcome.Change}, nil
}

// tusVersion is the one version of the protocol, and tusExtensions are what of it there is besides the core.
const (
	tusVersion    = "1.0.0"
	tusExtensions = "creation,creation-with-upload,expiration,termination"
)

// speaksTus marks every answer at uploads as the protocol wants it, refusals too: a client takes what has no version for
// the answer of something that stands between.
func speaksTus(c *gin.Context) {
	if address := c.Request.URL.Path + "/"; strings.HasPrefix(address, uploadsPath) {
		c.Header("Tus-Resumable", tusVersion)
	}
}

// describeUploads tells a client what there is before it has anything to send. It needs no session for that.
func (a *api) describeUploads(c *gin.Context) {
	c.Header("Tus-Version", tusVersion)
	c.Header("Tus-Extension", tusExtensions)
	c.Header("Tus-Max-Size", strconv.FormatInt(a.MaxSize, 10))
	c.Header("Allow", "OPTIONS, "+strings.Join(apidocs.Methods(c.Request.URL.Path), ", "))
	c.Status(http.StatusNoContent)
	c.Writer.WriteHeaderNow()
}

// CreateUpload begins an upload that can go on where it broke off.
func (a *api) CreateUpload(c *gin.Context, _ CreateUploadParams) {
	for _, header := range []string{"Upload-Concat", "Upload-Defer-Length"} {
		if c.GetHeader(header) != "" {
			httpserver.WriteProblem(c, notTaken(header))
			return
		}
	}
	end := httpserver.LongLived(c)
	defer end()
	answer, err := a.Uploads.Create(c.Writer, c.Request, identity.UserFrom(c).ID)
	if answer.Upload != "" { // also where the bytes that came with it couldn't be kept
		c.Header("Location", uploadsPath+answer.Upload)
	}
	a.answerUpload(c, answer, err)
}

// notTaken refuses what belongs to an extension that isn't there, as OPTIONS says. Passed over, parts would be kept as
// files that nobody meant.
func notTaken(header string) httpserver.Problem {
	detail := "is not taken: a file is one upload, whose length is known"
	return httpserver.Problem{
		Status: http.StatusBadRequest, Detail: header + " " + detail + ".",
		Errors: []httpserver.FieldError{{Field: header, Detail: detail}},
	}
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
	end := httpserver.LongLived(c) // a request that is under way is waited for
	defer end()
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
		if answer.Status == http.StatusPreconditionFailed {
			c.Header("Tus-Version", tusVersion)
		}
		httpserver.WriteProblem(c, a.uploadProblem(answer))
		return
	}
	if done := answer.Done; done != nil {
		a.note(c, identity.UserFrom(c).ID, done.Change, done.After)
		c.Header(headerFile, done.File)
		c.Header(readyourwrites.Header, done.After)
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
