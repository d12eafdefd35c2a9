package filehttp

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"larder.dev/internal/httpserver"
)

// opaque is the type of what is only ever kept as a file.
const opaque = "application/octet-stream"

// destinations are for what a page may use an uploaded file: Sec-Fetch-Dest of a browser. All else runs it, or lets it
// say how a page looks: script, worker, serviceworker, style, iframe, object, json and what browsers will think of.
func destinations() []string { return []string{"", "empty", "document", "image", "audio", "video"} }

// refuseUse refuses what a page of ours would make of an uploaded file, had somebody brought it to. The types that are
// delivered keep a browser from it too; this is for one that has them from elsewhere. A CDN must ask anew for each use.
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

// delivered is the type under which a file goes out. What a browser could run, or read as part of a page, goes as bytes
// without a type: scripts, modules, WebAssembly, styles, fonts, HTML, SVG, XML and JSON. An upload says what it likes, and so may a
// type that is invented later.
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

// harmlessApplication knows documents and archives. No browser makes anything of them but PDF, which it shows.
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

// shown tells what a browser may show by itself.
func shown(mediaType string) bool {
	base, _, _ := strings.Cut(mediaType, ";")
	if base == "application/pdf" || base == "text/plain" {
		return true
	}
	kind, _, _ := strings.Cut(base, "/")
	return kind == "image" || kind == "video" || kind == "audio"
}
