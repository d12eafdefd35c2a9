package bench

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
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

// measureFiles sends and fetches files through a file service in a process of its own, and the same bytes by
// minio-go straight to the same store, which is in another.
func measureFiles(b *testing.B, t *table) {
	b.Helper()
	server := larder.Start(b)
	service := larder.StartFileService(b, server, "GOMEMLIMIT=48MiB")
	origin := strings.TrimPrefix(service.Ready(b), "http://")
	edge := testkit.Nginx(b, testkit.Upstreams{CommandAPI: origin, QueryAPI: origin, FileService: origin, GroceryApp: origin})
	ada := server.AddUser(b, "ada")
	at := ada.At(b, service)
	store := newBareStore(b, server.RunFile(b))
	recipe, _ := ada.Create(b, larder.Named("Films"))

	t.add(ratioOf("files sent", compareBytes(b, func(_ context.Context, content []byte) error {
		return attach(b, at, recipe.ID, content)
	}, store.put)))
	address, key := oneFile(b, ada, recipe.ID, service.Ready(b))
	t.add(ratioOf("files fetched", compareBytes(b, func(ctx context.Context, _ []byte) error {
		return fetch(ctx, address)
	}, func(ctx context.Context, _ []byte) error { return store.get(ctx, key) })))
	measureThumbnail(b, t, ada, at, edge)
	measureMemory(b, t, server, ada)
}

func ratioOf(what string, c comparison) figure {
	return figure{
		what:   fmt.Sprintf("%s, MB a second, %d MB each, %d at once", what, fileSize>>20, filesAtOnce),
		larder: fmt.Sprintf("%.0f", c.larder/1e6), bare: fmt.Sprintf("%.0f (minio-go)", c.bare/1e6),
		ratio: fmt.Sprintf("%.2f", c.ratio), target: "≥ 0.7", met: c.ratio >= 0.7,
	}
}

// compareBytes is compare for what takes long: bytes a second, in turns of a fixed number of files.
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

// oneFile gives the address of a file at the service itself, and its key in the store.
func oneFile(b *testing.B, ada *larder.Client, recipe, base string) (address, key string) {
	b.Helper()
	file := ada.Files(b, recipe)[0]
	return base + file.URL, ada.User.ID + "/" + file.SHA256 + "/original"
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

// bareStore is minio-go as its makers mean it to be used, at the store that Larder has.
type bareStore struct {
	client *minio.Client
	bucket string
}

func newBareStore(b *testing.B, at larder.RunFile) *bareStore {
	b.Helper()
	socket := strings.TrimPrefix(at.S3Endpoint, "unix://")
	client, err := minio.New("localhost", &minio.Options{
		Creds: credentials.NewStaticV4(at.S3AccessKey, at.S3SecretKey, ""), Region: "us-east-1",
		Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", socket)
		}},
	})
	require.NoError(b, err)
	require.NoError(b, client.MakeBucket(b.Context(), "bare", minio.MakeBucketOptions{}))
	return &bareStore{client: client, bucket: at.S3Bucket}
}

func (s *bareStore) put(ctx context.Context, content []byte) error {
	_, err := s.client.PutObject(ctx, "bare", rand.Text(), bytes.NewReader(content), int64(len(content)), minio.PutObjectOptions{})
	return err
}

func (s *bareStore) get(ctx context.Context, key string) error {
	object, err := s.client.GetObject(ctx, s.bucket, key, minio.GetObjectOptions{})
	if err != nil {
		return err
	}
	defer func() { _ = object.Close() }()
	_, err = io.Copy(io.Discard, object)
	return err
}

// measureThumbnail takes the time to the first byte of a thumbnail that the CDN has.
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

// measureMemory sends many files at once to a file service that did nothing before.
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
