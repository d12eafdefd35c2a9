package filehttp

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"mime"
	"mime/multipart"
	"net/http"
	"os"

	"github.com/gin-gonic/gin"

	"larder.dev/file-service/internal/files"
	"larder.dev/internal/httpserver"
	"larder.dev/internal/identity"
	"larder.dev/internal/ledger"
	"larder.dev/internal/telemetry"
)

// AttachFile receives a file and attaches it to the recipe.
func (a *api) AttachFile(c *gin.Context, id ID, params AttachFileParams) {
	user := identity.UserFrom(c).ID
	if err := a.Files.CanAttach(c.Request.Context(), user, id.String()); err != nil {
		a.fail(c, err)
		return
	}
	end := httpserver.LongLived(c)
	defer end()
	part, err := a.filePart(c)
	if err != nil {
		a.fail(c, err)
		return
	}
	outcome, err := a.Files.Attach(c.Request.Context(), files.Upload{
		User: user, Recipe: id.String(), Name: httpserver.FileName(part), Bytes: part,
		TraceParent: telemetry.TraceParent(c.Request.Context()),
		Key:         keyOf(c.Request, params.IdempotencyKey),
	})
	a.answer(c, outcome, err)
}

// filePart reads the form up to the first part with a file name.
func (a *api) filePart(c *gin.Context) (*multipart.Part, error) {
	mediaType, params, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	if err != nil || mediaType != "multipart/form-data" || params["boundary"] == "" {
		return nil, httpserver.Problem{
			Status: http.StatusUnsupportedMediaType, Detail: "The body must be a form: multipart/form-data with a boundary.",
		}
	}
	part, err := httpserver.FilePart(c, params["boundary"], a.Silence)
	var none httpserver.Problem
	if err != nil && !errors.As(err, &none) {
		return nil, broken(err)
	}
	return part, err
}

// broken describes a form that can't be read to its end.
func broken(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) || errors.Is(err, os.ErrDeadlineExceeded) {
		return err
	}
	return httpserver.Problem{Status: http.StatusBadRequest, Detail: "The form broke off, or isn't one."}
}

// keyOf returns the idempotency key of a request whose body is identified by its hash.
func keyOf(r *http.Request, key *IdempotencyKey) func(name, hash string) *ledger.Key {
	if key == nil {
		return nil
	}
	return func(name, hash string) *ledger.Key {
		sum := sha256.New()
		for _, part := range []string{r.Method, r.URL.Path, name, hash} {
			fmt.Fprintf(sum, "%d %s\n", len(part), part)
		}
		return &ledger.Key{Value: *key, Hash: sum.Sum(nil)}
	}
}
