// Package objectstore stores objects under keys: in a folder on this machine's disk, or, through
// minio-go, in a bucket on an S3 server. Both pass one suite, objectstoretest.
package objectstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"time"

	"larder.dev/internal/fulldisk"
)

// Errors of a store.
var (
	// ErrNotFound means that a key holds nothing.
	ErrNotFound = errors.New("no such object")
	// ErrUnavailable wraps every failure to use a store: unreachable, too slow, full, or denying us
	// access.
	ErrUnavailable = errors.New("the object store can't be asked")
	// ErrDamaged means that an object's bytes aren't those that were put.
	ErrDamaged = errors.New("the object is damaged")
	// ErrKey means that a key is invalid: empty, too long, or with a part that is empty, "." or
	// "..".
	ErrKey = errors.New("not the key of an object")
)

// S3's limits: at most MaxParts parts, each of at least MinPart bytes except the last.
const (
	MinPart  = 5 << 20
	MaxParts = 10_000
	// MaxCopy is the size of the largest object that Copy accepts, in bytes.
	MaxCopy = 5 << 30
)

// Store stores objects. It is safe for concurrent use, also by several processes.
type Store interface {
	// Put atomically writes size bytes of a file under a key.
	Put(ctx context.Context, key string, from File, size int64, mediaType string) error
	// Get opens an object. The error is ErrNotFound or ErrUnavailable.
	Get(ctx context.Context, key string) (*Reader, error)
	// Stat describes an object. The error is ErrNotFound or ErrUnavailable.
	Stat(ctx context.Context, key string) (Object, error)
	// Delete removes an object. A missing one is no error.
	Delete(ctx context.Context, key string) error
	// Each calls fn for every object whose key begins with prefix, in key order, until fn returns
	// an error. It fills in only key, size and modification time.
	Each(ctx context.Context, prefix string, fn func(Object) error) error
	// Copy copies an object inside the store if it still has the ETag. The error is ErrNotFound
	// otherwise.
	Copy(ctx context.Context, from, etag, to, mediaType string) error

	Multiparts

	// Ping checks that the store answers.
	Ping(ctx context.Context) error
	// Room returns an error that is a fulldisk.Err if the store refuses writes for lack of space.
	Room(ctx context.Context) error
	// Close releases the store's resources in this process.
	Close() error
}

// Multiparts are uploads in parts, possibly through several processes. Their key shows nothing
// until they are complete.
type Multiparts interface {
	// BeginMultipart begins an upload and returns its id.
	BeginMultipart(ctx context.Context, key string) (id string, err error)
	// PutPart writes a part, replacing one with the same number. The error is ErrNotFound if the
	// upload no longer exists.
	PutPart(ctx context.Context, key, id string, number int, content []byte) (Part, error)
	// Parts lists the existing parts by number. The error is ErrNotFound if the upload is complete
	// or was aborted.
	Parts(ctx context.Context, key, id string) ([]Part, error)
	// CompleteMultipart turns the parts into an object.
	CompleteMultipart(ctx context.Context, key, id string, parts []Part) error
	// AbortMultiparts aborts every upload under exactly this key and removes its parts.
	AbortMultiparts(ctx context.Context, key string) error
}

// Part is a part of an incomplete multipart upload.
type Part struct {
	Number  int // from 1
	Size    int64
	ETag    string // a server's; in a folder, rewriting the same bytes makes the same part
	Changed time.Time
}

// Object describes what is stored under a key.
type Object struct {
	Key       string
	Size      int64 // bytes
	ETag      string
	SHA256    string // lower-case hex, of the bytes as put; "" if the store keeps none, and in a listing
	MediaType string
	Changed   time.Time
}

// File can be put: it is readable from any offset, so that it can be sent again.
type File interface {
	io.Reader
	io.ReaderAt
	io.Seeker
}

// Content is an object's bytes.
type Content interface {
	File
	io.Closer
}

// Reader reads an object from any offset. Close it.
type Reader struct {
	Content

	Info Object
}

// Options locate a store.
type Options struct {
	Endpoint  string // "file:///folder", or an S3 server's: "http://127.0.0.1:9000", or host:port for TLS
	Bucket    string
	AccessKey string
	SecretKey string
	Region    string // defaults to "us-east-1"

	Full *fulldisk.Mark // records whether the store is out of space; may be nil
}

// Open opens a store. It contacts and creates nothing until the first put or ping.
func Open(o Options) (Store, error) {
	if o.Bucket == "" {
		return nil, errors.New("open the object store: it needs the name of a bucket (LARDER_S3_BUCKET)")
	}
	if folder, is := FolderOf(o.Endpoint); is {
		return openFolder(folder, o)
	}
	return openS3(o)
}

// Endpoint returns the endpoint of a store in a folder, given by its absolute path.
func Endpoint(folder string) string { return (&url.URL{Scheme: "file", Path: folder}).String() }

// FolderOf returns an endpoint's folder, false for a server's.
func FolderOf(endpoint string) (folder string, is bool) {
	address, err := url.Parse(endpoint)
	if err != nil || address.Scheme != "file" {
		return "", false
	}
	return address.Path, true
}

// BucketFolder returns the folder of a bucket's objects by key, false for a bucket on a server.
func BucketFolder(endpoint, bucket string) (folder string, is bool) {
	dir, is := FolderOf(endpoint)
	return filepath.Join(dir, objectsFolder, bucket), is
}

// roomKey is the key that Room and SomeRoom write to.
const roomKey = "larder-room"

func tryRoom(ctx context.Context, s Store) error { return tryToPut(ctx, s, 1<<20) }

// SomeRoom is Room for a caller who asks again and again and to whom nothing was refused: it puts and deletes a small
// object, which a full disk refuses too. A store can't be asked without a write.
func SomeRoom(ctx context.Context, s Store) error { return tryToPut(ctx, s, 4<<10) }

func tryToPut(ctx context.Context, s Store, size int64) error {
	if err := s.Put(ctx, roomKey, bytes.NewReader(make([]byte, size)), size, "application/octet-stream"); err != nil {
		return fmt.Errorf("try the room of the object store: %w", err)
	}
	return s.Delete(ctx, roomKey)
}
