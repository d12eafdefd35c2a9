package commandhttp

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"larder.dev/internal/httpserver"
)

// match is a parsed If-Match header: the versions that the caller accepts.
type match struct {
	any  bool
	tags []string
}

// parseMatch parses the header. It treats a weak tag like a strong one: proxies that compress
// weaken tags, and the version in it is the same.
func parseMatch(value string) (match, error) {
	if strings.TrimSpace(value) == "*" {
		return match{any: true}, nil
	}
	var m match
	for part := range strings.SplitSeq(value, ",") {
		tag, found := strings.CutPrefix(strings.TrimPrefix(strings.TrimSpace(part), "W/"), `"`)
		tag, closed := strings.CutSuffix(tag, `"`)
		if !found || !closed {
			return match{}, httpserver.Problem{
				Status: http.StatusBadRequest,
				Detail: `If-Match must be the ETag of the recipe, as "3" in its quotes, or *.`,
				Errors: []httpserver.FieldError{{Field: "If-Match", Detail: "is no entity tag"}},
			}
		}
		m.tags = append(m.tags, tag)
	}
	return m, nil
}

func (m match) admits(version int64) bool {
	return m.any || slices.Contains(m.tags, strconv.FormatInt(version, 10))
}

// expects returns the one version that the caller accepts, or 0 if there are several or any.
func (m match) expects() int64 {
	if m.any || len(m.tags) != 1 {
		return 0
	}
	version, err := strconv.ParseInt(m.tags[0], 10, 64)
	if err != nil || m.tags[0] != strconv.FormatInt(version, 10) {
		return 0
	}
	return max(version, 0)
}

func etag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

// optionalMatch parses an optional If-Match; without it, any version matches.
func optionalMatch(header *string) (match, error) {
	if header == nil {
		return match{any: true}, nil
	}
	return parseMatch(*header)
}
