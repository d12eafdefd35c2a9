// Package importer reads recipes out of what other programs and people keep: web pages, files of structured data, plain
// text. It recognises what it is given by its content. It is pure: it opens nothing and asks nobody, and its result is a
// proposal that a cook looks at.
package importer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"unicode/utf8"

	"larder.dev/importer/found"
	"larder.dev/importer/page"
	"larder.dev/importer/text"
)

var errUnknown = errors.New("nothing that recipes are kept in is recognised")

// Stream reads material that comes as a stream, whose place is a name for it.
func Stream(ctx context.Context, place string, from io.Reader, sink found.Sink) error {
	content, err := io.ReadAll(io.LimitReader(from, page.MaxSize+1))
	if err != nil {
		return fmt.Errorf("read %s: %w", place, err)
	}
	if err := context.Cause(ctx); err != nil {
		return err
	}
	recipes, err := read(place, content)
	if err != nil {
		sink.Failed(found.Failure{Place: place, Reason: err.Error()})
	}
	for _, r := range recipes {
		sink.Recipe(r)
	}
	return nil
}

// File reads material that is a file.
func File(ctx context.Context, place string, content io.ReaderAt, size int64, sink found.Sink) error {
	return Stream(ctx, place, io.NewSectionReader(content, 0, size), sink)
}

// Folder reads every file of a folder, and of those within, that may hold recipes. The error is that of reading the
// folder, or that ctx has ended; a file that can't be read is told, and the rest goes on.
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
	return errors.Join(Stream(ctx, name, file, sink), file.Close())
}

// mayHoldRecipes leaves out what lies beside saved pages: pictures, style sheets, programs, hidden files.
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

func read(place string, content []byte) ([]found.Recipe, error) {
	begin := bytes.TrimSpace(bytes.TrimPrefix(content[:min(len(content), 1024)], []byte("\ufeff")))
	switch {
	case len(content) > page.MaxSize:
		return nil, page.ErrTooLarge
	case bytes.HasPrefix(begin, []byte("<")):
		return page.Read(content, place, "")
	case bytes.HasPrefix(begin, []byte("{")), bytes.HasPrefix(begin, []byte("[")):
		return page.ReadLinkedData(content, place)
	case utf8.Valid(content) && !bytes.ContainsRune(content, 0):
		r, err := text.Read(string(content), place)
		if err != nil {
			return nil, err
		}
		return []found.Recipe{r}, nil
	default:
		return nil, errUnknown
	}
}
