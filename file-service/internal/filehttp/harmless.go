package filehttp

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"larder.dev/internal/httpserver"
)

// opaque is the type of files that are only ever downloaded.
const opaque = "application/octet-stream"

// destinations are the allowed uses of an uploaded file, by a browser's Sec-Fetch-Dest. All others
// run it or let it style a page: script, worker, serviceworker, style, iframe, object, json, and
// whatever browsers invent next.
func destinations() []string { return []string{"", "empty", "document", "image", "audio", "video"} }

// refuseUse refuses other uses by our pages, in case an attacker makes one try. The delivered types
// prevent them too; this guards against a client that got the type elsewhere. Vary makes a CDN
// revalidate per use.
func refuseUse(c *gin.Context) {
	const header = "Sec-Fetch-Dest"
	c.Writer.Header().Add("Vary", header)
	if slices.Contains(destinations(), strings.ToLower(c.GetHeader(header))) {
		return
	}
	c.Header("X-Content-Type-Options", "nosniff")
	httpserver.WriteProblem(c, httpserver.Problem{
		Status: http.StatusForbidden, Detail: "A file can be shown and kept, and is no part of a page.",
	})
}

// delivered returns the type a file is served with. Whatever a browser could run or read as part of
// a page is served as opaque bytes: scripts, modules, WebAssembly, styles, fonts, HTML, SVG, XML
// and JSON. Uploads can claim any type, and new types may be invented, so only known harmless types
// pass.
func delivered(mediaType string) string {
	base, _, _ := strings.Cut(mediaType, ";")
	base = strings.ToLower(strings.TrimSpace(base))
	kind, sort, _ := strings.Cut(base, "/")
	switch {
	case strings.HasSuffix(base, "+xml"), strings.HasSuffix(base, "+json"):
		return opaque
	case kind == "image", kind == "audio", kind == "video":
		return mediaType
	case kind == "text":
		if slices.Contains([]string{"plain", "csv", "tab-separated-values", "rtf", "calendar", "vcard"}, sort) {
			return mediaType
		}
		return opaque
	case kind == "application" && harmlessApplication(sort):
		return mediaType
	default:
		return opaque
	}
}

// harmlessApplication recognizes documents and archives. Browsers handle none of them except PDF,
// which they show.
func harmlessApplication(sort string) bool {
	for _, family := range []string{"vnd.openxmlformats-", "vnd.oasis.opendocument.", "vnd.ms-", "epub"} {
		if strings.HasPrefix(sort, family) {
			return true
		}
	}
	return slices.Contains([]string{
		"pdf", "zip", "gzip", "x-gzip", "x-tar", "x-7z-compressed", "x-rar-compressed", "x-bzip2", "x-xz", "zstd",
		"msword", "rtf", "x-mobipocket-ebook", "x-sqlite3", "ogg",
	}, sort)
}

// shown reports whether a browser may display the type inline.
func shown(mediaType string) bool {
	base, _, _ := strings.Cut(mediaType, ";")
	if base == "application/pdf" || base == "text/plain" {
		return true
	}
	kind, _, _ := strings.Cut(base, "/")
	return kind == "image" || kind == "video" || kind == "audio"
}
