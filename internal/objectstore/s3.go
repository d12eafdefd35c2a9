package objectstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"larder.dev/internal/fulldisk"
)

const (
	// partSize is how much is sent per request. A part is read from its file, so none is held in
	// memory. Smaller objects go in one piece, and their ETag is the MD5 of their bytes.
	partSize = 64 << 20
	// answerTimeout bounds the wait for response headers: the store first writes what it was sent
	// to disk.
	answerTimeout = 30 * time.Second
	askTimeout    = 4 * time.Second
	dialTimeout   = 2 * time.Second
)

// s3Store is a bucket on an S3 server.
type s3Store struct {
	client    *minio.Client
	transport *http.Transport

	bucket string
	region string
	full   *fulldisk.Mark

	mu   sync.Mutex
	made bool // the bucket exists
}

// openS3 sends no request: the first put creates the bucket.
func openS3(o Options) (*s3Store, error) {
	host, secure := o.Endpoint, true
	if address, err := url.Parse(o.Endpoint); err == nil && address.Host != "" {
		host, secure = address.Host, address.Scheme == "https"
	}
	region := o.Region
	if region == "" {
		region = "us-east-1" // set, so that the client doesn't ask for it
	}
	transport := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}).DialContext,
		MaxIdleConnsPerHost:   64,
		IdleConnTimeout:       90 * time.Second,
		ResponseHeaderTimeout: answerTimeout,
		TLSHandshakeTimeout:   5 * time.Second,
		DisableCompression:    true, // pass files through unchanged
		WriteBufferSize:       64 << 10,
		ReadBufferSize:        64 << 10,
	}
	client, err := minio.New(host, &minio.Options{
		Creds:     credentials.NewStaticV4(o.AccessKey, o.SecretKey, ""),
		Secure:    secure,
		Transport: transport,
		Region:    region,
		// Callers retry failed uploads from their file; an unreachable store must not block a
		// reader.
		MaxRetries: 2,
	})
	if err != nil {
		return nil, fmt.Errorf("open the object store at %s: %w", host, err)
	}
	return &s3Store{client: client, transport: transport, bucket: o.Bucket, region: region, full: o.Full}, nil
}

// Close implements Store. It closes idle connections, since a stopping server may wait for them.
func (s *s3Store) Close() error {
	s.transport.CloseIdleConnections()
	return nil
}

// Put implements Store.
func (s *s3Store) Put(ctx context.Context, key string, from File, size int64, mediaType string) error {
	if err := s.makeBucket(ctx); err != nil {
		return err
	}
	if _, err := from.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("put object %s: rewind: %w", key, err)
	}
	_, err := s.client.PutObject(ctx, s.bucket, key, from, size, minio.PutObjectOptions{
		ContentType: mediaType, PartSize: partSize, NumThreads: 1,
	})
	if err != nil {
		return fmt.Errorf("put object %s: %w", key, s.written(err))
	}
	return nil
}

// s3Reader distinguishes an object deleted during a read from a lost server.
type s3Reader struct {
	*minio.Object

	key string
}

// Read implements io.Reader.
func (r s3Reader) Read(into []byte) (int, error) {
	n, err := r.Object.Read(into)
	return n, r.broken(err)
}

// ReadAt implements io.ReaderAt.
func (r s3Reader) ReadAt(into []byte, offset int64) (int, error) {
	n, err := r.Object.ReadAt(into, offset)
	return n, r.broken(err)
}

func (r s3Reader) broken(err error) error {
	if err == nil || err == io.EOF { //nolint:errorlint // a reader returns io.EOF itself
		return err
	}
	if minio.ToErrorResponse(err).Code == "PreconditionFailed" {
		return fmt.Errorf("read object %s: %w: it is another one by now", r.key, ErrNotFound)
	}
	return fmt.Errorf("read object %s: %w", r.key, failure(err))
}

// Get implements Store.
func (s *s3Store) Get(ctx context.Context, key string) (*Reader, error) {
	object, err := s.client.GetObject(ctx, s.bucket, key, minio.GetObjectOptions{})
	if err != nil {
		return nil, fmt.Errorf("get object %s: %w", key, failure(err))
	}
	info, err := object.Stat()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("get object %s: %w", key, failure(err)), object.Close())
	}
	return &Reader{Content: s3Reader{Object: object, key: key}, Info: describe(info)}, nil
}

// Stat implements Store.
func (s *s3Store) Stat(ctx context.Context, key string) (Object, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	info, err := s.client.StatObject(ctx, s.bucket, key, minio.StatObjectOptions{})
	if err != nil {
		return Object{}, fmt.Errorf("look at object %s: %w", key, failure(err))
	}
	return describe(info), nil
}

// Delete implements Store.
func (s *s3Store) Delete(ctx context.Context, key string) error {
	err := failure(s.client.RemoveObject(ctx, s.bucket, key, minio.RemoveObjectOptions{}))
	if err != nil && !errors.Is(err, ErrNotFound) {
		return fmt.Errorf("delete object %s: %w", key, err)
	}
	return nil
}

// Each implements Store.
func (s *s3Store) Each(ctx context.Context, prefix string, fn func(Object) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends the listing when fn fails
	for info := range s.client.ListObjects(ctx, s.bucket, minio.ListObjectsOptions{Prefix: prefix, Recursive: true}) {
		if info.Err != nil {
			err := failure(info.Err)
			if errors.Is(err, ErrNotFound) {
				return nil // no bucket yet
			}
			return fmt.Errorf("list the objects under %q: %w", prefix, err)
		}
		if err := fn(describe(info)); err != nil {
			return err
		}
	}
	return nil
}

// Ping implements Store.
func (s *s3Store) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	if _, err := s.client.BucketExists(ctx, s.bucket); err != nil {
		return fmt.Errorf("ping the object store: %w", failure(err))
	}
	return nil
}

func (s *s3Store) makeBucket(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.made {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	exists, err := s.client.BucketExists(ctx, s.bucket)
	if err == nil && !exists {
		err = s.client.MakeBucket(ctx, s.bucket, minio.MakeBucketOptions{Region: s.region})
	}
	if err != nil {
		code := minio.ToErrorResponse(err).Code
		if code != "BucketAlreadyOwnedByYou" && code != "BucketAlreadyExists" {
			return fmt.Errorf("make the bucket %s: %w", s.bucket, failure(err))
		}
	}
	s.made = true
	return nil
}

func describe(info minio.ObjectInfo) Object {
	return Object{
		Key: info.Key, Size: info.Size, ETag: info.ETag, MediaType: info.ContentType, Changed: info.LastModified.UTC(),
	}
}

// written is failure for writes.
func (s *s3Store) written(err error) error {
	err = failure(err)
	s.full.Note(err)
	return err
}

// Room implements Store.
func (s *s3Store) Room(ctx context.Context) error { return tryRoom(ctx, s) }

// isFull reports whether a store is out of space. MinIO has a code and status once it knows, and
// quotes the system's message in an internal error if the disk fills during a write; others use
// only the status.
func isFull(answer minio.ErrorResponse) bool {
	return answer.StatusCode == http.StatusInsufficientStorage || answer.Code == "XMinioStorageFull" ||
		strings.Contains(answer.Message, syscall.ENOSPC.Error())
}

// failure distinguishes a missing object, an unavailable store, and other errors.
func failure(err error) error {
	if err == nil {
		return nil
	}
	answer := minio.ToErrorResponse(err)
	switch answer.Code {
	case "NoSuchKey", "NotFound", "NoSuchBucket", "NoSuchUpload":
		return fmt.Errorf("%w: %w", ErrNotFound, err)
	}
	var network net.Error
	switch {
	case isFull(answer):
		return fmt.Errorf("%w: %w: %w", ErrUnavailable, fulldisk.Err, err)
	case answer.StatusCode == http.StatusNotFound:
		return fmt.Errorf("%w: %w", ErrNotFound, err)
	case answer.StatusCode >= http.StatusInternalServerError, answer.StatusCode == http.StatusForbidden,
		answer.StatusCode == http.StatusUnauthorized, answer.StatusCode == http.StatusTooManyRequests,
		errors.As(err, &network), errors.Is(err, context.DeadlineExceeded), errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, io.EOF):
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	default:
		return err
	}
}
