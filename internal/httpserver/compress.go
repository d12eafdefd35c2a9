package httpserver

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/klauspost/compress/gzhttp"
)

// compressFrom is the size in bytes from which an answer is worth compressing; it is nginx's in deploy/nginx.
const compressFrom = 1024

// Compress sends the JSON of addresses under a prefix as gzip to whom it helps, as nginx does on servers. All else
// goes by it untouched: pages come packed already, and the bytes of files go from the disk to the connection.
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

// weakening makes the tag of a compressed answer a weak one: its bytes aren't those that the tag was given for
// (RFC 9110, section 8.8.3). Without that a cache may answer with the one for the other.
type weakening struct{ http.ResponseWriter }

func (w weakening) weaken() {
	header := w.Header()
	if tag := header.Get("ETag"); header.Get("Content-Encoding") == "gzip" && strings.HasPrefix(tag, `"`) {
		header.Set("ETag", "W/"+tag)
	}
}

// WriteHeader is that of http.ResponseWriter.
func (w weakening) WriteHeader(status int) {
	w.weaken()
	w.ResponseWriter.WriteHeader(status)
}

// Write is that of http.ResponseWriter. The first one sends the header where nothing has.
func (w weakening) Write(p []byte) (int, error) {
	w.weaken()
	return w.ResponseWriter.Write(p) //nolint:wrapcheck // it stands for the writer below
}

// Flush is that of http.Flusher.
func (w weakening) Flush() {
	w.weaken()
	_ = http.NewResponseController(w.ResponseWriter).Flush() // a connection can always be flushed
}

// Unwrap lets http.ResponseController reach what is below.
func (w weakening) Unwrap() http.ResponseWriter { return w.ResponseWriter }
