package httpserver

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/klauspost/compress/gzhttp"
)

// compressFrom is the size in bytes from which an answer is compressed, as in deploy/nginx.
const compressFrom = 1024

// Compress gzips JSON answers under a prefix for clients that accept it, as nginx does on servers.
// It leaves everything else untouched: pages are precompressed, and file bytes go from disk to
// connection.
func Compress(prefix string, next http.Handler) (http.Handler, error) {
	wrap, err := gzhttp.NewWrapper(
		gzhttp.MinSize(compressFrom),
		gzhttp.ContentTypes([]string{"application/json", problemType}),
	)
	if err != nil {
		return nil, fmt.Errorf("make the compression of answers: %w", err)
	}
	packed := wrap(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, prefix) {
			next.ServeHTTP(w, r)
			return
		}
		packed.ServeHTTP(weakening{w}, r)
	}), nil
}

// weakening makes a compressed answer's ETag weak: its bytes differ from those the tag was made for
// (RFC 9110, section 8.8.3). Otherwise a cache may confuse the two.
type weakening struct{ http.ResponseWriter }

func (w weakening) weaken() {
	header := w.Header()
	if tag := header.Get("ETag"); header.Get("Content-Encoding") == "gzip" && strings.HasPrefix(tag, `"`) {
		header.Set("ETag", "W/"+tag)
	}
}

// WriteHeader implements http.ResponseWriter.
func (w weakening) WriteHeader(status int) {
	w.weaken()
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter. The first call sends the header if nothing has.
func (w weakening) Write(p []byte) (int, error) {
	w.weaken()
	return w.ResponseWriter.Write(p) //nolint:wrapcheck // stands in for the wrapped writer
}

// Flush implements http.Flusher.
func (w weakening) Flush() {
	w.weaken()
	_ = http.NewResponseController(w.ResponseWriter).Flush() // a connection can always be flushed
}

// Unwrap lets http.ResponseController reach the wrapped writer.
func (w weakening) Unwrap() http.ResponseWriter { return w.ResponseWriter }
