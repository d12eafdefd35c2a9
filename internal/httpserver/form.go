package httpserver

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
)

// maxParts limits the parts of a form before the file.
const maxParts = 20

// FilePart reads a form up to the first part with a file name. Reading fails once the caller sends
// nothing for the given time. The error is a Problem if the form has no file, otherwise that of
// reading.
func FilePart(c *gin.Context, boundary string, silence time.Duration) (*multipart.Part, error) {
	body := &patient{body: c.Request.Body, control: http.NewResponseController(c.Writer), silence: silence}
	form := multipart.NewReader(body, boundary)
	for range maxParts {
		part, err := form.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if FileName(part) != "" {
			return part, nil
		}
	}
	return nil, Problem{
		Status: http.StatusUnprocessableEntity, Detail: "The form has no file in it: no part has a file name.",
		Errors: []FieldError{{Field: "file", Detail: "is missing"}},
	}
}

// FileName returns the file name as sent. Part.FileName would interpret it as a local path.
func FileName(part *multipart.Part) string {
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
