package httpserver

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/gin-gonic/gin"
)

// allErrorsUpTo is the longest body for which all errors are reported. For a longer one only the
// first is: a megabyte of wrong rows would make a hundred megabytes of errors.
const allErrorsUpTo = 64 << 10

// readBody reads the body into memory, where the handler finds it unread.
func readBody(c *gin.Context) ([]byte, *Problem) {
	body, err := io.ReadAll(c.Request.Body)
	if err != nil {
		problem := bodyProblem(c, err)
		return nil, &problem
	}
	c.Request.Body = io.NopCloser(bytes.NewReader(body))
	return body, nil
}

// checkBody returns a body's problem, nil if there is none.
func (op *operation) checkBody(c *gin.Context, body []byte) *Problem {
	if len(body) == 0 {
		return op.checkEmpty()
	}
	if problem := checkMediaType(c.GetHeader("Content-Type")); problem != nil {
		return problem
	}
	value, problem := decode(body)
	if problem != nil {
		return problem
	}
	c.Request.Body = io.NopCloser(bytes.NewReader(plainWholes(body)))
	return op.checkValue(value, len(body))
}

func (op *operation) checkEmpty() *Problem {
	if !op.body.Required {
		return nil
	}
	return &Problem{Status: http.StatusBadRequest, Detail: "The request has no body, and needs one in JSON."}
}

func checkMediaType(header string) *Problem {
	mediaType, params, err := mime.ParseMediaType(header)
	if err == nil && mediaType == "application/json" && isUTF8(params["charset"]) {
		return nil
	}
	return &Problem{
		Status: http.StatusUnsupportedMediaType,
		Detail: "The body must be JSON in UTF-8, with Content-Type: application/json.",
	}
}

func isUTF8(charset string) bool {
	return charset == "" || strings.EqualFold(charset, "utf-8")
}

// decode reads one JSON value. It is stricter than encoding/json, which silently replaces invalid
// Unicode and so would change the text.
func decode(body []byte) (any, *Problem) {
	if !utf8.Valid(body) {
		return nil, broken("it isn't UTF-8")
	}
	if at := loneSurrogate(body); at >= 0 {
		return nil, broken(fmt.Sprintf("%s has half a character (a lone surrogate)", position(body, at)))
	}
	var value any
	err := json.Unmarshal(body, &value)
	var syntax *json.SyntaxError
	switch {
	case err == nil:
		return value, nil
	case errors.As(err, &syntax):
		return nil, broken(fmt.Sprintf("%s: %s", position(body, int(syntax.Offset)-1), syntax.Error()))
	default: // a number too large for float64
		problem := broken("a number is out of range")
		problem.Errors = outOfRange(body)
		return nil, problem
	}
}

func broken(why string) *Problem {
	return &Problem{Status: http.StatusBadRequest, Detail: "The body isn't JSON: " + why + "."}
}

// position names a byte of the body as an editor would: line and column from 1, columns in
// characters.
func position(body []byte, at int) string {
	before := body[:min(max(at, 0), len(body))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	return fmt.Sprintf("line %d, column %d", line, column)
}

// checkValue checks a decoded body against the operation's schema.
func (op *operation) checkValue(value any, size int) *Problem {
	options := append(slices.Clip(op.options.SchemaValidationOptions), openapi3.VisitAsRequest())
	err := op.schema.VisitJSON(value, options...)
	if err == nil {
		return nil
	}
	if size <= allErrorsUpTo {
		err = op.schema.VisitJSON(value, append(options, openapi3.MultiErrors())...)
	}
	return wrongFields(fieldErrors(err))
}

// wrongFields reports at least one field.
func wrongFields(fields []FieldError) *Problem {
	problem := &Problem{
		Status: http.StatusUnprocessableEntity,
		Detail: "A field is wrong: " + sentence(fields[0]),
		Errors: fields,
	}
	if len(fields) > 1 {
		problem.Detail = fmt.Sprintf("%d fields are wrong; first: %s", len(fields), sentence(fields[0]))
	}
	return problem
}
