package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
)

// asset is a file of the app in all forms that the build made. It is read from the binary each
// time: a copy in memory would be no faster.
type asset struct {
	files     fs.FS
	name      string
	mediaType string
	etag      string
	plain     bool
	packed    []packing // smallest first
}

// packing is a content encoding and the file name suffix of that form.
type packing struct{ encoding, suffix string }

//nolint:gochecknoglobals // constants, which Go doesn't have for these types
var (
	brotli = packing{"br", ".br"}
	gzips  = packing{"gzip", ".gz"}
)

// Media types of the app's files. The system's list differs between machines.
func mediaType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".png":
		return "image/png"
	case ".woff2":
		return "font/woff2"
	case ".webmanifest":
		return "application/manifest+json"
	default:
		return mime.TypeByExtension(path.Ext(name))
	}
}

// load finds all files of the app by name, assigning compressed forms to their originals.
func load(files fs.FS) (map[string]asset, error) {
	assets := map[string]asset{}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		of := strings.TrimSuffix(strings.TrimSuffix(name, brotli.suffix), gzips.suffix)
		if _, known := assets[of]; !known {
			assets[of], err = look(files, of)
		}
		return err
	})
	return assets, err
}

func look(files fs.FS, name string) (asset, error) {
	found := asset{files: files, name: name, mediaType: mediaType(name)}
	tagged := name
	for _, form := range []packing{brotli, gzips} {
		if _, err := fs.Stat(files, name+form.suffix); err == nil {
			found.packed = append(found.packed, form)
			tagged = name + form.suffix
		}
	}
	if _, err := fs.Stat(files, name); err == nil {
		found.plain, tagged = true, name
	}
	content, err := fs.ReadFile(files, tagged)
	if err != nil {
		return asset{}, fmt.Errorf("read %s: %w", tagged, err)
	}
	sum := sha256.Sum256(content)
	found.etag = hex.EncodeToString(sum[:8])
	return found, nil
}

func (a asset) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", a.mediaType)
	h.Set("Cache-Control", a.cacheControl())
	h.Set("Etag", strconv.Quote(a.etag))
	open := a.open
	if len(a.packed) > 0 {
		h.Add("Vary", "Accept-Encoding")
		if form, ok := a.packing(r.Header.Get("Accept-Encoding")); ok {
			// Each form needs its own tag.
			h.Set("Etag", strconv.Quote(a.etag+"-"+form.encoding))
			h.Set("Content-Encoding", form.encoding)
			open = func() (io.ReadSeekCloser, error) { return openFile(a.files, a.name+form.suffix) }
			// A range of compressed bytes is useless.
			r.Header.Del("Range")
		}
	}
	content, err := open()
	if err != nil {
		http.Error(w, "This file of the app can't be read.", http.StatusInternalServerError)
		return
	}
	defer content.Close()
	http.ServeContent(w, r, a.name, time.Time{}, content)
}

// open returns the plain form. A compressed file is decompressed for the few clients that accept no
// compressed form.
func (a asset) open() (io.ReadSeekCloser, error) {
	if a.plain {
		return openFile(a.files, a.name)
	}
	packed, err := a.files.Open(a.name + gzips.suffix)
	if err != nil {
		return nil, err
	}
	defer packed.Close()
	reader, err := gzip.NewReader(packed)
	if err != nil {
		return nil, err
	}
	plain, err := io.ReadAll(reader)
	return unpacked{bytes.NewReader(plain)}, err
}

type unpacked struct{ *bytes.Reader }

func (unpacked) Close() error { return nil }

func openFile(files fs.FS, name string) (io.ReadSeekCloser, error) {
	file, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	seeker, ok := file.(io.ReadSeekCloser)
	if !ok {
		return nil, errors.Join(fmt.Errorf("%s can't be read in parts", name), file.Close())
	}
	return seeker, nil
}

// cacheControl: names under assets contain a hash of the content and may be cached for ever;
// everything else must be revalidated, or a new version of the app would never arrive.
func (a asset) cacheControl() string {
	if strings.HasPrefix(a.name, "assets/") {
		return "public, max-age=31536000, immutable"
	}
	return "no-cache"
}

func (a asset) packing(accepted string) (packing, bool) {
	for _, form := range a.packed {
		if accepts(accepted, form.encoding) {
			return form, true
		}
	}
	return packing{}, false
}

func accepts(header, encoding string) bool {
	for each := range strings.SplitSeq(header, ",") {
		name, parameters, _ := strings.Cut(each, ";")
		if !strings.EqualFold(strings.TrimSpace(name), encoding) {
			continue
		}
		weight, found := strings.CutPrefix(strings.TrimSpace(parameters), "q=")
		if !found {
			return true
		}
		quality, err := strconv.ParseFloat(weight, 64)
		return err == nil && quality > 0
	}
	return false
}
