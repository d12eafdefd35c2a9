package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
)

// asset is a file of the app with its packed forms, which the build made.
type asset struct {
	name      string
	mediaType string
	etag      string
	plain     []byte
	packed    []packing // the smallest first
}

type packing struct {
	encoding string
	bytes    []byte
}

// Media types of what the app has. The system's list is another on every machine.
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

// load reads all files of the app by their names, the packed forms with what they are forms of.
func load(files fs.FS) (map[string]asset, error) {
	assets := map[string]asset{}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || isPacked(name) {
			return err
		}
		assets[name], err = read(files, name)
		return err
	})
	return assets, err
}

func isPacked(name string) bool {
	return strings.HasSuffix(name, ".br") || strings.HasSuffix(name, ".gz")
}

func read(files fs.FS, name string) (asset, error) {
	plain, err := fs.ReadFile(files, name)
	if err != nil {
		return asset{}, fmt.Errorf("read %s: %w", name, err)
	}
	sum := sha256.Sum256(plain)
	found := asset{name: name, mediaType: mediaType(name), etag: hex.EncodeToString(sum[:8]), plain: plain}
	for _, form := range []packing{{encoding: "br"}, {encoding: "gzip"}} {
		form.bytes, err = fs.ReadFile(files, name+map[string]string{"br": ".br", "gzip": ".gz"}[form.encoding])
		if err == nil {
			found.packed = append(found.packed, form)
		}
	}
	return found, nil
}

func (a asset) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", a.mediaType)
	h.Set("Cache-Control", a.cacheControl())
	h.Set("Etag", strconv.Quote(a.etag))
	content := a.plain
	if len(a.packed) > 0 {
		h.Add("Vary", "Accept-Encoding")
		if form, ok := a.packing(r.Header.Get("Accept-Encoding")); ok {
			// Every form needs a tag of its own.
			h.Set("Etag", strconv.Quote(a.etag+"-"+form.encoding))
			h.Set("Content-Encoding", form.encoding)
			content = form.bytes
			// A part of packed bytes is no use to anybody.
			r.Header.Del("Range")
		}
	}
	http.ServeContent(w, r, a.name, time.Time{}, bytes.NewReader(content))
}

// cacheControl: a name under assets has a hash of the content in it and may be kept for ever; all else is asked
// for anew, or a new version of the app would never arrive.
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
