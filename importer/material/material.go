// Package material extracts recipes from what other programs and people keep: web pages, archives,
// plain text. It detects the format from the content. It is pure: it opens no files and makes no
// requests. Its result is a proposal for a cook to check.
package material

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"unicode/utf8"

	"larder.dev/importer/archive"
	"larder.dev/importer/found"
	"larder.dev/importer/page"
	"larder.dev/importer/text"
)

// MaxStream is how much of a stream is read, in bytes. A file may be larger if it is an archive.
const MaxStream = 64 << 20

var (
	errUnknown    = errors.New("nothing that recipes are kept in is recognised")
	errNoEvidence = errors.New("too little of it looks like a recipe; to import it anyway, name the file itself")
	errStream     = fmt.Errorf("more than %d MB in a stream: give it as a file", MaxStream>>20)
	errFile       = fmt.Errorf("larger than %d MB, and no archive", MaxStream>>20)
)

// IsOwn reports whether material is an export of Larder: one object per line, with or without gzip.
// The beginning of the material is enough. Empty material counts too.
func IsOwn(begin []byte) bool {
	if archive.IsGzip(begin) {
		begin = archive.Beginning(begin)
	}
	begin = bytes.TrimSpace(bytes.TrimPrefix(begin, []byte("\ufeff")))
	return len(begin) == 0 || archive.IsLarder(begin)
}

// Stream reads material from a stream; place is a name for it.
func Stream(ctx context.Context, place string, from io.Reader, sink found.Sink) error {
	return source{place: place, chosen: true}.stream(ctx, from, sink)
}

// File reads material from a file and reports what can't be read to the sink. The error means that
// ctx has ended or the file's bytes couldn't be read.
func File(ctx context.Context, place string, content io.ReaderAt, size int64, sink found.Sink) error {
	return source{place: place, chosen: true}.file(ctx, content, size, sink)
}

// source is the place of a file and the web address it came from, or "" if unknown. A file is
// chosen if a person has named it; others are what happens to be beside it.
type source struct {
	place, address string
	chosen         bool
}

func (m source) stream(ctx context.Context, from io.Reader, sink found.Sink) error {
	content, err := io.ReadAll(io.LimitReader(from, MaxStream+1))
	if err != nil {
		return fmt.Errorf("read %s: %w", m.place, err)
	}
	if len(content) > MaxStream {
		sink.Failed(found.Failure{Place: m.place, Reason: errStream.Error()})
		return nil
	}
	return m.file(ctx, bytes.NewReader(content), int64(len(content)), sink)
}

func (m source) file(ctx context.Context, content io.ReaderAt, size int64, sink found.Sink) error {
	begin := make([]byte, 4)
	if n, err := content.ReadAt(begin, 0); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read %s: %w", m.place, err)
	} else if begin = begin[:n]; archive.IsZip(begin) {
		err := archive.Zip(ctx, m.place, content, size, readPart, sink)
		if err != nil && ctx.Err() == nil {
			sink.Failed(found.Failure{Place: m.place, Reason: err.Error()})
			return nil
		}
		return err
	}
	if size > MaxStream {
		sink.Failed(found.Failure{Place: m.place, Reason: errFile.Error()})
		return nil
	}
	whole := make([]byte, size)
	if _, err := content.ReadAt(whole, 0); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read %s: %w", m.place, err)
	}
	m.read(whole, sink)
	return context.Cause(ctx)
}

// Fetched reads what was fetched from a web address. The address is the source of recipes that name
// none, and the base of a page's relative addresses.
func Fetched(ctx context.Context, address string, content []byte, sink found.Sink) error {
	m := source{place: address, address: address, chosen: true}
	return m.file(ctx, bytes.NewReader(content), int64(len(content)), found.Sink{
		Failed: sink.Failed,
		Recipe: func(r found.Recipe) {
			r.SourceURL = cmp.Or(r.SourceURL, address)
			sink.Recipe(r)
		},
	})
}

// Folder reads every file in a folder and its subfolders that may hold recipes. The error means
// that ctx has ended; unreadable files are reported, and the rest continues.
func Folder(ctx context.Context, folder fs.FS, sink found.Sink) error {
	return fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && (entry.IsDir() || !mayHoldRecipes(name)) {
			return nil
		}
		if err == nil {
			err = fileOf(ctx, folder, name, sink)
		}
		if err != nil && ctx.Err() == nil {
			sink.Failed(found.Failure{Place: name, Reason: err.Error()})
			return nil
		}
		return err
	})
}

func fileOf(ctx context.Context, folder fs.FS, name string, sink found.Sink) error {
	file, err := folder.Open(name)
	if err != nil {
		return err
	}
	m := source{place: name}
	seekable, ok := file.(io.ReaderAt)
	if !ok {
		return errors.Join(m.stream(ctx, file, sink), file.Close())
	}
	info, err := file.Stat()
	if err == nil {
		err = m.file(ctx, seekable, info.Size(), sink)
	}
	return errors.Join(err, file.Close())
}

// mayHoldRecipes excludes what is saved along with pages: pictures, style sheets, scripts, hidden
// files.
func mayHoldRecipes(name string) bool {
	if strings.HasPrefix(path.Base(name), ".") {
		return false
	}
	switch strings.ToLower(path.Ext(name)) {
	case ".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".heic", ".svg", ".ico", ".bmp", ".mp4", ".webm", ".mp3",
		".css", ".js", ".mjs", ".map", ".woff", ".woff2", ".ttf", ".otf", ".eot", ".pdf":
		return false
	default:
		return true
	}
}

// readPart reads a file of an archive.
func readPart(place string, content []byte, sink found.Sink) {
	source{place: place}.read(content, sink)
}

// read reads a file that isn't a zip file.
func (m source) read(content []byte, sink found.Sink) {
	recipes, err := m.recipes(content, sink)
	if err != nil {
		sink.Failed(found.Failure{Place: m.place, Reason: err.Error()})
	}
	for _, r := range recipes {
		if !r.Evident() && !m.chosen {
			sink.Failed(found.Failure{Place: r.Place, Name: r.Name, Reason: errNoEvidence.Error()})
			continue
		}
		if !r.Evident() {
			r.Doubt("ingredients", "", "this may be no recipe")
		}
		sink.Recipe(r)
	}
}

func (m source) recipes(content []byte, sink found.Sink) ([]found.Recipe, error) {
	if archive.IsGzip(content) {
		unpacked, err := archive.Gunzip(content)
		if err != nil {
			return nil, err
		}
		content = unpacked
	}
	begin := bytes.TrimSpace(bytes.TrimPrefix(content[:min(len(content), 1024)], []byte("\ufeff")))
	switch {
	case bytes.HasPrefix(begin, []byte("<")):
		return page.Read(content, m.place, m.address)
	case bytes.HasPrefix(begin, []byte("{")), bytes.HasPrefix(begin, []byte("[")):
		err := archive.JSON(m.place, content, sink)
		if errors.Is(err, archive.ErrUnknown) {
			return page.ReadLinkedData(content, m.place)
		}
		return nil, err
	case !utf8.Valid(content) || bytes.ContainsRune(content, 0):
		return nil, errUnknown
	}
	r, ok, err := archive.Written(m.place, content)
	if err == nil && !ok {
		r, err = text.Read(string(content), m.place)
	}
	if err != nil {
		return nil, err
	}
	return []found.Recipe{r}, nil
}
