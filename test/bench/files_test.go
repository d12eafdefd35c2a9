package bench

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"larder.dev/internal/testkit"
	"larder.dev/test/larder"
)

const (
	fileSize    = 32 << 20 // bytes of each file that is sent and fetched
	filesAtOnce = 4
	filesATurn  = 8

	memoryLimit = 64_000_000 // bytes
	manyUploads = 20
	manySize    = 100_000_000

	thumbnailReads = 500
)

// measureFiles sends and fetches files through a separate file service process, and the same bytes
// through a minimal one in this process.
func measureFiles(b *testing.B, t *table) {
	b.Helper()
	server := larder.Start(b)
	service := larder.StartFileService(b, server, "GOMEMLIMIT=48MiB")
	origin := strings.TrimPrefix(service.Ready(b), "http://")
	edge := testkit.Nginx(b, testkit.Upstreams{CommandAPI: origin, QueryAPI: origin, FileService: origin, Importer: origin, GroceryApp: origin})
	ada := server.AddUser(b, "ada")
	at := ada.At(b, service)
	bare := bareFolder(b)
	recipe, _ := ada.Create(b, larder.Named("Films"))

	t.add(ratioOf("files sent", compareBytes(b, func(_ context.Context, content []byte) error {
		return attach(b, at, recipe.ID, content)
	}, func(ctx context.Context, content []byte) error {
		return putBare(ctx, bare.URL+"/"+rand.Text(), content)
	})))
	address := service.Ready(b) + ada.Files(b, recipe.ID)[0].URL
	require.NoError(b, putBare(b.Context(), bare.URL+"/one", make([]byte, fileSize)))
	t.add(ratioOf("files fetched", compareBytes(b, func(ctx context.Context, _ []byte) error {
		return fetch(ctx, address)
	}, func(ctx context.Context, _ []byte) error { return fetch(ctx, bare.URL+"/one") })))
	measureThumbnail(b, t, ada, at, edge)
	measureMemory(b, t, server, ada)
}

func ratioOf(what string, c comparison) figure {
	return figure{
		what:   fmt.Sprintf("%s, MB a second, %d MB each, %d at once", what, fileSize>>20, filesAtOnce),
		larder: fmt.Sprintf("%.0f", c.larder/1e6), bare: fmt.Sprintf("%.0f (net/http)", c.bare/1e6),
		ratio: fmt.Sprintf("%.2f", c.ratio), target: "≥ 0.7", met: c.ratio >= 0.7,
	}
}

// compareBytes is compare for slow work: bytes a second, in turns of a fixed number of files.
func compareBytes(b *testing.B, ours, bare func(ctx context.Context, content []byte) error) comparison {
	b.Helper()
	turn(b, ours)
	turn(b, bare)
	var larders, bares, ratios []float64
	for range rounds {
		l, r := turn(b, ours), turn(b, bare)
		larders, bares, ratios = append(larders, l), append(bares, r), append(ratios, l/r)
		b.Logf("larder %.0f MB/s, bare %.0f MB/s, ratio %.2f", l/1e6, r/1e6, l/r)
	}
	return comparison{larder: median(larders), bare: median(bares), ratio: median(ratios)}
}

//nolint:gochecknoglobals // no two contents of a run are the same
var contents atomic.Uint64

func turn(b *testing.B, do func(ctx context.Context, content []byte) error) float64 {
	b.Helper()
	group, ctx := errgroup.WithContext(b.Context())
	group.SetLimit(filesAtOnce)
	noise := make([]byte, fileSize)
	_, _ = rand.Read(noise)
	began := time.Now()
	for range filesATurn {
		group.Go(func() error {
			mark := binary.BigEndian.AppendUint64(nil, contents.Add(1))
			return do(ctx, append(mark, noise[len(mark):]...))
		})
	}
	require.NoError(b, group.Wait())
	return filesATurn * fileSize / time.Since(began).Seconds()
}

func attach(b *testing.B, client *larder.Client, recipe string, content []byte) error {
	b.Helper()
	answer := client.Attach(b, recipe, "film.bin", bytes.NewReader(content))
	if answer.Status != http.StatusCreated {
		return fmt.Errorf("the server answered %d: %s", answer.Status, answer.Body)
	}
	return nil
}

func fetch(ctx context.Context, address string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	n, err := io.Copy(io.Discard, response.Body)
	if err == nil && n != fileSize {
		err = fmt.Errorf("%s: %d bytes came", response.Status, n)
	}
	return err
}

// bareFolder is a minimal file store behind HTTP: net/http over a folder, in which a file is synced
// before it gets its name.
func bareFolder(b *testing.B) *httptest.Server {
	b.Helper()
	dir := b.TempDir()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := filepath.Join(dir, filepath.Base(r.URL.Path))
		if r.Method == http.MethodGet {
			http.ServeFile(w, r, path)
			return
		}
		file, err := os.CreateTemp(dir, "new-*")
		if err == nil {
			_, err = io.Copy(file, r.Body)
			err = errors.Join(err, file.Sync(), file.Close(), os.Rename(file.Name(), path))
		}
		if err != nil {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	b.Cleanup(server.Close)
	return server
}

func putBare(ctx context.Context, address string, content []byte) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPut, address, bytes.NewReader(content))
	if err != nil {
		return err
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		err = errors.New(response.Status)
	}
	return errors.Join(err, response.Body.Close())
}

// measureThumbnail measures the time to the first byte of a thumbnail that the CDN has.
func measureThumbnail(b *testing.B, t *table, ada, at *larder.Client, edge string) {
	b.Helper()
	recipe, _ := ada.Create(b, larder.Named("Pie"))
	picture := image.NewRGBA(image.Rect(0, 0, 1600, 1200))
	for i := range picture.Pix {
		picture.Pix[i] = byte(i * i / 7919)
	}
	picture.Set(0, 0, color.White)
	var photo bytes.Buffer
	require.NoError(b, jpeg.Encode(&photo, picture, nil))
	at.Attach(b, recipe.ID, "pie.jpeg", &photo).Want(b, http.StatusCreated)
	address := edge + ada.Files(b, recipe.ID)[0].Sizes[0].URL

	var times []time.Duration
	for range thumbnailReads {
		began := time.Now()
		response, err := http.Get(address)
		require.NoError(b, err)
		_, err = io.ReadFull(response.Body, make([]byte, 1))
		times = append(times, time.Since(began))
		require.NoError(b, err)
		_, _ = io.Copy(io.Discard, response.Body)
		require.NoError(b, response.Body.Close())
		require.Equal(b, http.StatusOK, response.StatusCode)
	}
	hit := median(times)
	t.add(figure{
		what:   "first byte of a cached thumbnail at the edge (nginx), p50",
		larder: fmt.Sprintf("%.2f ms", hit.Seconds()*1000), target: "< 5 ms", met: hit < 5*time.Millisecond,
	})
	t.add(figure{
		what:   "first byte of a cached thumbnail at the edge (nginx), p99",
		larder: fmt.Sprintf("%.2f ms", percentile(times, 99).Seconds()*1000),
	})
}

// measureMemory sends many files at once to a freshly started file service.
func measureMemory(b *testing.B, t *table, server *larder.Server, ada *larder.Client) {
	b.Helper()
	service := larder.StartFileService(b, server, "GOMEMLIMIT=48MiB")
	at := ada.At(b, service)
	recipe, _ := ada.Create(b, larder.Named("More films"))
	peak := service.PeakMemory(b, func() {
		var group errgroup.Group
		for range manyUploads {
			group.Go(func() error {
				answer := at.Attach(b, recipe.ID, "film.bin", io.LimitReader(rand.Reader, manySize))
				if answer.Status != http.StatusCreated {
					return fmt.Errorf("the server answered %d: %s", answer.Status, answer.Body)
				}
				return nil
			})
		}
		if err := group.Wait(); err != nil {
			b.Error(err)
		}
	})
	t.add(figure{
		what:   fmt.Sprintf("resident with %d uploads of %d MB at once", manyUploads, manySize/1_000_000),
		larder: fmt.Sprintf("%d MB", peak/1e6), target: "< 64 MB", met: peak < memoryLimit,
	})
}
