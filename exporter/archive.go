package exporter

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"

	"larder.dev/events"
)

// archive is a zip file that is being written. Each recipe has a name of its own in it.
type archive struct {
	zip      *zip.Writer
	pictures Pictures
	taken    map[string]bool
}

func newArchive(to io.Writer, pictures Pictures) *archive {
	return &archive{zip: zip.NewWriter(to), pictures: pictures, taken: map[string]bool{}}
}

func (a *archive) Close() error {
	if err := a.zip.Close(); err != nil {
		return fmt.Errorf("complete the archive: %w", err)
	}
	return nil
}

// add begins a file. Packed content isn't compressed again.
func (a *archive) add(name string, packed bool, changed time.Time) (io.Writer, error) {
	header := &zip.FileHeader{Name: name, Method: zip.Deflate, Modified: changed}
	if packed {
		header.Method = zip.Store
	}
	out, err := a.zip.CreateHeader(header)
	if err != nil {
		return nil, fmt.Errorf("add %s to the archive: %w", name, err)
	}
	return out, nil
}

func (a *archive) write(name string, content []byte, packed bool, changed time.Time) error {
	out, err := a.add(name, packed, changed)
	if err != nil {
		return err
	}
	if _, err := out.Write(content); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// opener opens a picture in one of its forms.
type opener func(ctx context.Context, file events.File) (io.ReadCloser, error)

// picture adds a picture, and reports whether there is one.
func (a *archive) picture(ctx context.Context, name string, open opener, file events.File, changed time.Time) (bool, error) {
	content, err := open(ctx, file)
	if errors.Is(err, ErrNoPicture) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("open picture %s: %w", file.ID, err)
	}
	defer func() { _ = content.Close() }()
	out, err := a.add(name, true, changed)
	if err != nil {
		return false, err
	}
	if _, err := io.Copy(out, content); err != nil {
		return false, fmt.Errorf("write picture %s: %w", file.ID, err)
	}
	return true, nil
}

// picturesOf returns a recipe's files that are pictures.
func picturesOf(r events.Recipe) []events.File {
	var all []events.File
	for _, file := range r.Files {
		if extension(file) != "" {
			all = append(all, file)
		}
	}
	return all
}

// extension returns the end of a picture's file name, or "" for other files.
func extension(file events.File) string {
	switch file.MediaType {
	case "image/jpeg":
		return ".jpg"
	case "image/png", "image/gif", "image/webp", "image/heic", "image/heif", "image/avif":
		return "." + strings.TrimPrefix(file.MediaType, "image/")
	default:
		return ""
	}
}

// Names that Windows keeps for devices, and that programs take for the picture of any recipe.
var reserved = map[string]bool{ //nolint:gochecknoglobals // a constant
	"con": true, "prn": true, "aux": true, "nul": true, "full": true, "image": true, "original": true,
}

const maxFileName = 120 // bytes: file systems allow 255, and an extension and a number follow

// name returns a recipe's name as a file name that every system accepts, each once in the archive.
func (a *archive) name(r events.Recipe) string {
	name := fileName(r.Name)
	for n := 2; ; n++ {
		unique := name
		if n > 2 {
			unique = fmt.Sprintf("%s (%d)", name, n-1)
		}
		if folded := cases.Fold().String(unique); !a.taken[folded] {
			a.taken[folded] = true
			return unique
		}
	}
}

func fileName(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(`/\:*?"<>|`, r):
			return '-'
		case unicode.IsControl(r) || r == utf8.RuneError:
			return -1
		default:
			return r
		}
	}, name)
	for len(name) > maxFileName {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	name = strings.Trim(name, ". ")
	if name == "" || reserved[strings.ToLower(strings.TrimSuffix(name, path.Ext(name)))] {
		name += "_"
	}
	return name
}
