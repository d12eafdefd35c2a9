// Package buildinfo identifies the program's build: version, commit, and Go version.
package buildinfo

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
)

// Unknown is the version of an unstamped build: `go run`, `go test`, or a build outside a checkout.
const Unknown = "dev"

// Set by the linker if a build has no checkout to read, as in an image:
//
//	go build -ldflags "-X larder.dev/internal/buildinfo.version=1.2.3 -X larder.dev/internal/buildinfo.revision=baaccdb"
//
//nolint:gochecknoglobals // the linker can set nothing else
var version, revision string

// Info is one build.
type Info struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"` // the commit, if known
	Modified bool   `json:"modified"`           // the checkout had uncommitted changes
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

// Read returns the running program's build.
func Read() Info {
	info := Info{Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	if build, ok := debug.ReadBuildInfo(); ok {
		info.Version, info.Revision, info.Modified = stamped(build)
	}
	info.Version = cmp.Or(version, info.Version, Unknown)
	info.Revision = cmp.Or(revision, info.Revision)
	info.Modified = info.Modified || strings.HasSuffix(info.Version, "-dirty")
	return info
}

// stamped reads what `go build` embeds when building in a checkout.
func stamped(build *debug.BuildInfo) (version, revision string, modified bool) {
	if build.Main.Version != "(devel)" {
		version = build.Main.Version
	}
	for _, setting := range build.Settings {
		switch setting.Key {
		case "vcs.revision":
			revision = setting.Value
		case "vcs.modified":
			modified = setting.Value == "true"
		}
	}
	return version, revision, modified
}

// shownRevision is how many hex digits of a commit are shown.
const shownRevision = 12

// String describes the build in one line for a person.
func (i Info) String() string {
	details := []string{}
	if i.Revision != "" {
		details = append(details, "commit "+i.Revision[:min(len(i.Revision), shownRevision)])
	}
	if i.Modified {
		details = append(details, "modified")
	}
	details = append(details, i.Go, i.Platform)
	return fmt.Sprintf("%s (%s)", i.Version, strings.Join(details, ", "))
}

// Metric returns larder_build_info, which is 1 with the build in its labels, so that a dashboard
// shows which build runs where.
func Metric() prometheus.Collector {
	info := Read()
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "larder_build_info",
		Help: "1, with the version, the commit and the Go of this build as labels.",
		ConstLabels: prometheus.Labels{
			"version": info.Version, "revision": info.Revision, "goversion": info.Go,
		},
	}, func() float64 { return 1 })
}
