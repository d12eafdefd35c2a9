package filehttp

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"time"

	"github.com/gin-gonic/gin"

	"larder.dev/file-service/internal/files"
	"larder.dev/internal/httpserver"
	"larder.dev/internal/identity"
	"larder.dev/internal/ledger"
	"larder.dev/internal/telemetry"
)

// maxParts limits the parts of a form before the file.
const maxParts = 20

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
		User: user, Recipe: id.String(), Name: nameOf(part), Bytes: part,
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
	body := &patient{body: c.Request.Body, control: http.NewResponseController(c.Writer), silence: a.Silence}
	form := multipart.NewReader(body, params["boundary"])
	for range maxParts {
		part, err := form.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, broken(err)
		}
		if nameOf(part) != "" {
			return part, nil
		}
	}
	return nil, httpserver.Problem{
		Status: http.StatusUnprocessableEntity, Detail: "The form has no file in it: no part has a file name.",
		Errors: []httpserver.FieldError{{Field: "file", Detail: "is missing"}},
	}
}

// nameOf returns the file name as sent. Part.FileName would interpret it as a local path.
func nameOf(part *multipart.Part) string {
	_, params, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
	if err != nil {
		return ""
	}
	return params["filename"]
}

// patient reads a body, with a fresh deadline for each read.
type patient struct {
	body    io.Reader
	control *http.ResponseController
	silence time.Duration
}

func (p *patient) Read(into []byte) (int, error) {
	_ = p.control.SetReadDeadline(time.Now().Add(p.silence)) // test writers have no deadlines
	return p.body.Read(into)
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
