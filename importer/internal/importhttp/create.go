package importhttp

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"larder.dev/events"
	"larder.dev/importer/internal/process"
	"larder.dev/internal/httpserver"
	"larder.dev/internal/identity"
	"larder.dev/internal/ledger"
	"larder.dev/internal/telemetry"
	"larder.dev/internal/webpage"
)

// silence is how long a caller may send nothing.
const silence = 30 * time.Second

// given is what a request wants imported.
type given struct {
	source events.ImportSource
	bytes  io.Reader // nil for a page that is to be fetched
}

// CreateImport begins an import, or shows what it would find.
func (a *api) CreateImport(c *gin.Context, params CreateImportParams) {
	end := httpserver.LongLived(c)
	defer end()
	given, err := a.given(c, params)
	if err != nil {
		a.fail(c, err)
		return
	}
	if params.DryRun != nil && *params.DryRun {
		a.preview(c, given)
		return
	}
	if err := a.begin(c, given, params.IdempotencyKey); err != nil {
		a.fail(c, err)
	}
}

func (a *api) given(c *gin.Context, params CreateImportParams) (given, error) {
	g := given{source: events.ImportSource{Duplicates: process.Skip}}
	if params.Duplicates != nil {
		g.source.Duplicates = string(*params.Duplicates)
	}
	if isForm(c) {
		part, err := filePart(c)
		if err != nil {
			return given{}, err
		}
		g.source.Kind, g.source.Name, g.bytes = process.KindFile, shortened(httpserver.FileName(part)), part
		return g, nil
	}
	var asked ImportRequest
	if err := json.NewDecoder(c.Request.Body).Decode(&asked); err != nil {
		return given{}, httpserver.Problem{Status: http.StatusBadRequest, Detail: "The body can't be read as JSON."}
	}
	if asked.Duplicates != nil {
		g.source.Duplicates = string(*asked.Duplicates)
	}
	if asked.URL != nil {
		g.source.URL = *asked.URL
	}
	err := g.take(asked)
	return g, err
}

// take finds out what of the body is the material.
func (g *given) take(asked ImportRequest) error {
	switch {
	case asked.HTML != nil && asked.Text == nil:
		g.source.Kind, g.bytes = process.KindHTML, bytes.NewReader([]byte(*asked.HTML))
	case asked.Text != nil && asked.HTML == nil && asked.URL == nil:
		g.source.Kind, g.bytes = process.KindText, bytes.NewReader([]byte(*asked.Text))
	case asked.URL != nil && asked.Text == nil && asked.HTML == nil:
		g.source.Kind = process.KindURL
	default:
		return unprocessable("", "must have either url, html with or without url, or text")
	}
	if g.source.URL != "" && !webpage.IsAddress(g.source.URL) {
		return unprocessable("url", "must begin with http:// or https://")
	}
	return nil
}

func unprocessable(field, detail string) httpserver.Problem {
	return httpserver.Problem{
		Status: http.StatusUnprocessableEntity, Detail: "The body is wrong: it " + detail + ".",
		Errors: []httpserver.FieldError{{Field: field, Detail: detail}},
	}
}

// begin keeps what is to be imported, and requests the import.
func (a *api) begin(c *gin.Context, g given, key *IdempotencyKey) error {
	ctx, user, id := c.Request.Context(), identity.UserFrom(c).ID, ledger.NewID()
	hash := ""
	if g.bytes != nil {
		var err error
		if hash, err = a.Materials.Put(ctx, user, id, g.bytes, MaxFile); err != nil {
			return broken(err)
		}
	}
	state := ImportState(process.Waiting)
	if g.source.Kind == process.KindURL {
		state = ImportState(process.Fetching)
	}
	body, err := json.Marshal(ImportBegun{ID: id, State: state})
	if err != nil {
		return fmt.Errorf("answer the request of import %s: %w", id, err)
	}
	request := process.Request{
		User: user, ID: id, Source: g.source, TraceParent: telemetry.TraceParent(ctx),
		Answer: ledger.Answer{
			Status: http.StatusAccepted, Body: body,
			Header: map[string]string{"Location": "/api/imports/" + id, "Content-Type": "application/json; charset=utf-8"},
		},
	}
	if key != nil {
		request.Key = &ledger.Key{Value: *key, Hash: fingerprint(c.Request, g.source, hash)}
	}
	answer, replayed, err := a.Imports.Request(ctx, request)
	if err != nil || replayed {
		if removing := a.Materials.Remove(ctx, user, id); removing != nil {
			a.Log.WarnContext(ctx, "remove what isn't imported", "import", id, "error", removing) // a sweep does it
		}
	}
	if err != nil {
		return err
	}
	for name, value := range answer.Header {
		c.Header(name, value)
	}
	if replayed {
		c.Header("Idempotent-Replayed", "true")
	}
	c.Status(answer.Status)
	_, _ = c.Writer.Write(answer.Body) // if the caller is gone, it has begun all the same
	return nil
}

// fingerprint distinguishes different requests under the same key.
func fingerprint(r *http.Request, source events.ImportSource, hash string) []byte {
	sum := sha256.New()
	for _, part := range []string{r.Method, r.URL.Path, source.Kind, source.URL, source.Name, source.Duplicates, hash} {
		fmt.Fprintf(sum, "%d %s\n", len(part), part)
	}
	return sum.Sum(nil)
}

// previewWithin bounds a dry run.
const previewWithin = 2 * time.Minute

// preview shows what is found. What came in passes through the object store, since an archive is
// read from several places at once; it is removed before the answer.
func (a *api) preview(c *gin.Context, g given) {
	ctx, cancel := context.WithTimeout(c.Request.Context(), previewWithin)
	defer cancel()
	user, id := identity.UserFrom(c).ID, uuid.NewString()
	leave, err := a.previews.Enter(ctx, user)
	if err != nil {
		a.fail(c, err)
		return
	}
	defer leave()
	if g.bytes != nil {
		if _, err := a.Materials.Put(ctx, user, id, g.bytes, MaxFile); err != nil {
			a.fail(c, broken(err))
			return
		}
	}
	seen, err := a.Imports.Preview(ctx, user, id, g.source)
	if err != nil {
		a.fail(c, pageProblem(err))
		return
	}
	c.JSON(http.StatusOK, previewOf(seen))
}

// pageProblem tells what is wrong with a page that can't be had.
func pageProblem(err error) error {
	var page *process.PageError
	if !errors.As(err, &page) {
		return err
	}
	return httpserver.Problem{
		Status: http.StatusUnprocessableEntity, Detail: "The page can't be had: " + page.Error() + ".",
		Errors: []httpserver.FieldError{{Field: "url", Detail: page.Error()}},
	}
}

func previewOf(seen process.Preview) ImportPreview {
	preview := ImportPreview{
		Recipes: make([]FoundRecipe, len(seen.Recipes)), Failed: make([]ImportFailure, len(seen.Failed)), More: seen.More,
	}
	for n, r := range seen.Recipes {
		doubts := make([]Doubt, len(r.Doubts))
		for i, d := range r.Doubts {
			doubts[i] = Doubt{Field: d.Field, Text: d.Text, Why: d.Why}
		}
		preview.Recipes[n] = FoundRecipe{
			Place: r.Place, Doubts: doubts, Duplicates: orEmpty(seen.Duplicates[n]),
			Recipe: FoundContent{
				Name: r.Name, Description: r.Description, Servings: r.Servings, Yield: r.Yield, PrepMinutes: r.PrepMinutes,
				CookMinutes: r.CookMinutes, TotalMinutes: r.TotalMinutes, Ingredients: orEmpty(r.Ingredients), Steps: orEmpty(r.Steps),
				Notes: r.Notes, Tags: orEmpty(r.Tags), SourceURL: r.SourceURL, ImageURL: r.ImageURL, Language: r.Language, Author: r.Author,
				Nutrition: r.Nutrition,
			},
		}
	}
	for n, f := range seen.Failed {
		preview.Failed[n] = ImportFailure{Place: f.Place, Name: f.Name, Reason: f.Reason}
	}
	return preview
}

// filePart reads the form up to the first part with a file name.
func filePart(c *gin.Context) (*multipart.Part, error) {
	_, params, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	if err != nil || params["boundary"] == "" {
		return nil, httpserver.Problem{Status: http.StatusUnsupportedMediaType, Detail: "The form has no boundary."}
	}
	part, err := httpserver.FilePart(c, params["boundary"], silence)
	var none httpserver.Problem
	if err == nil || errors.As(err, &none) {
		return part, err
	}
	if _, known := refusal(err); known {
		return nil, err
	}
	return nil, brokenForm // only the caller's bytes are read here, so it is their form that is wrong
}

// maxName bounds the name of a file, in bytes.
const maxName = 255

func shortened(name string) string {
	if len(name) <= maxName {
		return name
	}
	return name[len(name)-maxName:] // the end has its kind
}

//nolint:gochecknoglobals // a constant, but for the language
var brokenForm = httpserver.Problem{Status: http.StatusBadRequest, Detail: "The form broke off, or isn't one."}

// broken describes a form that can't be read to its end.
func broken(err error) error {
	if _, known := refusal(err); known {
		return err
	}
	if errors.Is(err, multipart.ErrMessageTooLarge) || errors.Is(err, io.EOF) {
		return brokenForm
	}
	return err
}
