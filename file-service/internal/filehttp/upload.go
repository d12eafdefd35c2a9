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

// uploadsPath is the prefix of resumable uploads. It is below that of files, so that a proxy that
// routes files routes uploads too.
const uploadsPath = "/api/files/uploads/"

// headerFile names the file that a complete upload became.
const headerFile = "Larder-File"

// Resumable connects the options of resumable uploads to the files.
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

// unwanted marks permanent errors: a recipe that is gone never accepts the file.
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

// attachUpload attaches a complete upload to its recipe exactly once: its id is the idempotency
// key.
func attachUpload(ctx context.Context, all *files.Files, u resumable.Upload, file *incoming.File) (resumable.Done, error) {
	outcome, err := all.AttachWhole(ctx, files.Upload{
		User: u.User, Recipe: u.Recipe, Name: u.Name, TraceParent: telemetry.TraceParent(ctx),
		Key: func(_, hash string) *ledger.Key {
			sum := sha256.Sum256([]byte(u.Recipe + " " + hash))
			return &ledger.Key{Value: "upload " + u.ID, Hash: sum[:]} // the space keeps it distinct from callers' keys
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

// tusVersion is the supported protocol version; tusExtensions are the extensions besides the core.
const (
	tusVersion    = "1.0.0"
	tusExtensions = "creation,creation-with-upload,expiration,termination"
)

// speaksTus adds the protocol version to every answer, even refusals: clients attribute an answer
// without it to something in between.
func speaksTus(c *gin.Context) {
	if address := c.Request.URL.Path + "/"; strings.HasPrefix(address, uploadsPath) {
		c.Header("Tus-Resumable", tusVersion)
	}
}

// describeUploads describes the server before a client has anything to send, so it needs no
// session.
func (a *api) describeUploads(c *gin.Context) {
	c.Header("Tus-Version", tusVersion)
	c.Header("Tus-Extension", tusExtensions)
	c.Header("Tus-Max-Size", strconv.FormatInt(a.MaxSize, 10))
	c.Header("Allow", "OPTIONS, "+strings.Join(apidocs.Methods(c.Request.URL.Path), ", "))
	c.Status(http.StatusNoContent)
	c.Writer.WriteHeaderNow()
}

// CreateUpload starts a resumable upload.
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
	if answer.Upload != "" { // even if the bytes sent with it couldn't be stored
		c.Header("Location", uploadsPath+answer.Upload)
	}
	a.answerUpload(c, answer, err)
}

// notTaken refuses headers of extensions that OPTIONS doesn't list. If they were ignored, parts
// would become files that nobody intended.
func notTaken(header string) httpserver.Problem {
	detail := "is not taken: a file is one upload, whose length is known"
	return httpserver.Problem{
		Status: http.StatusBadRequest, Detail: header + " " + detail + ".",
		Errors: []httpserver.FieldError{{Field: header, Detail: detail}},
	}
}

// AskUpload returns how much of an upload has arrived.
func (a *api) AskUpload(c *gin.Context, id ID) {
	end := httpserver.LongLived(c) // a complete upload may still have to be stored
	defer end()
	answer, err := a.Uploads.Ask(c.Writer, c.Request, identity.UserFrom(c).ID, id.String())
	a.answerUpload(c, answer, err)
}

// ContinueUpload receives the next bytes of an upload.
func (a *api) ContinueUpload(c *gin.Context, id ID, _ ContinueUploadParams) {
	end := httpserver.LongLived(c)
	defer end()
	answer, err := a.Uploads.Continue(c.Writer, c.Request, identity.UserFrom(c).ID, id.String())
	a.answerUpload(c, answer, err)
}

// DropUpload abandons an upload.
func (a *api) DropUpload(c *gin.Context, id ID, _ DropUploadParams) {
	end := httpserver.LongLived(c) // waits for a running request
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
