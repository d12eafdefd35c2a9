// Package objectstore is the one adapter of minio-go: objects under keys in one bucket of an S3 store.
package objectstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"larder.dev/internal/fulldisk"
)

// Errors of a store.
var (
	// ErrNotFound is the error of a key that holds nothing.
	ErrNotFound = errors.New("no such object")
	// ErrUnavailable wraps every failure of a store that can't be asked: away, too slow, full, or refusing us.
	ErrUnavailable = errors.New("the object store can't be asked")
)

const (
	// partSize is how much is sent at once. A part is read from the file that it is in, so none is held in
	// memory. Below it an object goes in one piece, and has the MD5 of its bytes for an ETag.
	partSize = 64 << 20
	// answerTimeout bounds the wait for the head of an answer: the store writes to disk what it was sent first.
	answerTimeout = 30 * time.Second
	askTimeout    = 4 * time.Second
	dialTimeout   = 2 * time.Second
)

// Options say where a store is.
type Options struct {
	Endpoint  string // "http://127.0.0.1:9000", host:port for TLS, or "unix:///folder/objects.sock"
	Bucket    string
	AccessKey string
	SecretKey string
	Region    string // "us-east-1" where it is ""

	Full *fulldisk.Mark // keeps whether the store refuses for want of space; nil for nowhere
}

// Store is a bucket. It is safe for concurrent use.
type Store struct {
	client    *minio.Client
	transport *http.Transport

	bucket string
	region string
	full   *fulldisk.Mark

	mu   sync.Mutex
	made bool // the bucket is there
}

// Open makes a store's client. It asks the store nothing: the bucket is made when something is first put.
func Open(o Options) (*Store, error) {
	host, secure := o.Endpoint, true
	dial := (&net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}).DialContext
	proxy := http.ProxyFromEnvironment
	if address, err := url.Parse(o.Endpoint); err == nil && address.Scheme == "unix" {
		host, secure, proxy = "localhost", false, nil
		dial = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{Timeout: dialTimeout}).DialContext(ctx, "unix", address.Path)
		}
	} else if err == nil && address.Host != "" {
		host, secure = address.Host, address.Scheme == "https"
	}
	if o.Bucket == "" {
		return nil, errors.New("open the object store: it needs the name of a bucket (LARDER_S3_BUCKET)")
	}
	region := o.Region
	if region == "" {
		region = "us-east-1" // known beforehand, so that no request asks for it
	}
	transport := &http.Transport{
		Proxy:                 proxy,
		DialContext:           dial,
		MaxIdleConnsPerHost:   64,
		IdleConnTimeout:       90 * time.Second,
		ResponseHeaderTimeout: answerTimeout,
		TLSHandshakeTimeout:   5 * time.Second,
		DisableCompression:    true, // a file is passed on as it is
		WriteBufferSize:       64 << 10,
		ReadBufferSize:        64 << 10,
	}
	client, err := minio.New(host, &minio.Options{
		Creds:     credentials.NewStaticV4(o.AccessKey, o.SecretKey, ""),
		Secure:    secure,
		Transport: transport,
		Region:    region,
		// A failed upload is tried again from its file by who called; a store that is away must not hold a reader.
		MaxRetries: 2,
	})
	if err != nil {
		return nil, fmt.Errorf("open the object store at %s: %w", host, err)
	}
	return &Store{client: client, transport: transport, bucket: o.Bucket, region: region, full: o.Full}, nil
}

// Close ends the connections that no request uses. A server that stops may wait for them.
func (s *Store) Close() error {
	s.transport.CloseIdleConnections()
	return nil
}

// Object describes what is under a key.
type Object struct {
	Key       string
	Size      int64 // bytes
	ETag      string
	MediaType string
	Changed   time.Time
}

// File is what can be put: read from any place of it, so that it can be sent again.
type File interface {
	io.Reader
	io.ReaderAt
	io.Seeker
}

// Put writes size bytes of a file under a key, whole or not at all.
func (s *Store) Put(ctx context.Context, key string, from File, size int64, mediaType string) error {
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

// Reader reads an object from any place of it. Close it.
type Reader struct {
	*minio.Object

	Info Object
}

// Read implements io.Reader.
func (r *Reader) Read(into []byte) (int, error) {
	n, err := r.Object.Read(into)
	return n, r.broken(err)
}

// ReadAt implements io.ReaderAt.
func (r *Reader) ReadAt(into []byte, offset int64) (int, error) {
	n, err := r.Object.ReadAt(into, offset)
	return n, r.broken(err)
}

func (r *Reader) broken(err error) error {
	if err == nil || err == io.EOF { //nolint:errorlint // a reader gives io.EOF itself
		return err
	}
	return fmt.Errorf("read object %s: %w", r.Info.Key, failure(err))
}

// Get opens an object. The error is ErrNotFound or ErrUnavailable.
func (s *Store) Get(ctx context.Context, key string) (*Reader, error) {
	object, err := s.client.GetObject(ctx, s.bucket, key, minio.GetObjectOptions{})
	if err != nil {
		return nil, fmt.Errorf("get object %s: %w", key, failure(err))
	}
	info, err := object.Stat()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("get object %s: %w", key, failure(err)), object.Close())
	}
	return &Reader{Object: object, Info: describe(info)}, nil
}

// Stat describes an object. The error is ErrNotFound or ErrUnavailable.
func (s *Store) Stat(ctx context.Context, key string) (Object, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	info, err := s.client.StatObject(ctx, s.bucket, key, minio.StatObjectOptions{})
	if err != nil {
		return Object{}, fmt.Errorf("look at object %s: %w", key, failure(err))
	}
	return describe(info), nil
}

// Delete removes an object. One that isn't there is no error.
func (s *Store) Delete(ctx context.Context, key string) error {
	err := failure(s.client.RemoveObject(ctx, s.bucket, key, minio.RemoveObjectOptions{}))
	if err != nil && !errors.Is(err, ErrNotFound) {
		return fmt.Errorf("delete object %s: %w", key, err)
	}
	return nil
}

// Each calls fn for every object whose key begins with prefix, in the order of the keys, until fn gives an
// error.
func (s *Store) Each(ctx context.Context, prefix string, fn func(Object) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends the listing where fn does
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

// Ping tells whether the store answers.
func (s *Store) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	if _, err := s.client.BucketExists(ctx, s.bucket); err != nil {
		return fmt.Errorf("ping the object store: %w", failure(err))
	}
	return nil
}

func (s *Store) makeBucket(ctx context.Context) error {
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

// written is failure for what was to be kept.
func (s *Store) written(err error) error {
	err = failure(err)
	s.full.Note(err)
	return err
}

// roomKey is where Room puts what it tries with.
const roomKey = "larder-room"

// Room gives an error that is a fulldisk.Err where the store takes nothing more for want of space.
func (s *Store) Room(ctx context.Context) error {
	const trial = 1 << 20
	if err := s.Put(ctx, roomKey, bytes.NewReader(make([]byte, trial)), trial, "application/octet-stream"); err != nil {
		return err
	}
	return s.Delete(ctx, roomKey)
}

// isFull tells whether a store says that it has no room: MinIO by a code and the status, others by the status alone.
func isFull(answer minio.ErrorResponse) bool {
	return answer.StatusCode == http.StatusInsufficientStorage || answer.Code == "XMinioStorageFull"
}

// failure tells an object that isn't there from a store that can't be asked, and that from the rest.
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
