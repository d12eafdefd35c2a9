// Package objectstore keeps objects under keys: in a folder on this machine's disk, or in a bucket of an S3 server, which is
// spoken with by minio-go. What both must do is one suite, objectstoretest.
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
	// ErrNotFound is the error of a key that holds nothing.
	ErrNotFound = errors.New("no such object")
	// ErrUnavailable wraps every failure of a store that can't be asked: away, too slow, full, or refusing us.
	ErrUnavailable = errors.New("the object store can't be asked")
	// ErrDamaged is the error of an object whose bytes aren't those that were put.
	ErrDamaged = errors.New("the object is damaged")
	// ErrKey is the error of a key that no store takes: empty, with a part that is empty, "." or "..", or too long.
	ErrKey = errors.New("not the key of an object")
)

// What S3 takes: parts of a multipart upload of at least MinPart bytes but for the last one, and MaxParts of them.
const (
	MinPart  = 5 << 20
	MaxParts = 10_000
	// MaxCopy is how large an object may be that Copy takes, in bytes.
	MaxCopy = 5 << 30
)

// Store keeps objects. It is safe for concurrent use, also by other processes.
type Store interface {
	// Put writes size bytes of a file under a key, whole or not at all.
	Put(ctx context.Context, key string, from File, size int64, mediaType string) error
	// Get opens an object. The error is ErrNotFound or ErrUnavailable.
	Get(ctx context.Context, key string) (*Reader, error)
	// Stat describes an object. The error is ErrNotFound or ErrUnavailable.
	Stat(ctx context.Context, key string) (Object, error)
	// Delete removes an object. One that isn't there is no error.
	Delete(ctx context.Context, key string) error
	// Each calls fn for every object whose key begins with prefix, in the order of the keys, until fn gives an error. Of an
	// object it tells key, size and when it was changed.
	Each(ctx context.Context, prefix string, fn func(Object) error) error
	// Copy makes an object of another one's bytes inside the store, if that is still the one with the ETag. The error is
	// ErrNotFound where it isn't.
	Copy(ctx context.Context, from, etag, to, mediaType string) error

	Multiparts

	// Ping tells whether the store answers.
	Ping(ctx context.Context) error
	// Room gives an error that is a fulldisk.Err where the store takes nothing more for want of space.
	Room(ctx context.Context) error
	// Close lets go of what the store holds in this process.
	Close() error
}

// Multiparts are uploads that come part by part, maybe through several processes, under a key where nothing is seen before
// they are complete.
type Multiparts interface {
	// BeginMultipart begins an upload and gives its id.
	BeginMultipart(ctx context.Context, key string) (id string, err error)
	// PutPart writes a part, in the place of one with the same number. The error is ErrNotFound where the upload isn't there
	// any more.
	PutPart(ctx context.Context, key, id string, number int, content []byte) (Part, error)
	// Parts lists the parts that are there, by their numbers. The error is ErrNotFound where the upload is complete or was
	// given up.
	Parts(ctx context.Context, key, id string) ([]Part, error)
	// CompleteMultipart makes an object of the parts.
	CompleteMultipart(ctx context.Context, key, id string, parts []Part) error
	// AbortMultiparts gives up every upload under exactly this key, with its parts.
	AbortMultiparts(ctx context.Context, key string) error
}

// Part is a part of a multipart upload that isn't complete.
type Part struct {
	Number  int // from 1 on
	Size    int64
	ETag    string // of a server's; what is written again to a folder is the same part
	Changed time.Time
}

// Object describes what is under a key.
type Object struct {
	Key       string
	Size      int64 // bytes
	ETag      string
	SHA256    string // lower-case hex, of the bytes as they were put; "" where the store keeps none, and in a listing
	MediaType string
	Changed   time.Time
}

// File is what can be put: read from any place of it, so that it can be sent again.
type File interface {
	io.Reader
	io.ReaderAt
	io.Seeker
}

// Content is what an object holds.
type Content interface {
	File
	io.Closer
}

// Reader reads an object from any place of it. Close it.
type Reader struct {
	Content

	Info Object
}

// Options say where a store is.
type Options struct {
	Endpoint  string // "file:///folder", or that of an S3 server: "http://127.0.0.1:9000", or host:port for TLS
	Bucket    string
	AccessKey string
	SecretKey string
	Region    string // "us-east-1" where it is ""

	Full *fulldisk.Mark // keeps whether the store refuses for want of space; nil for nowhere
}

// Open opens a store. It asks the store nothing and makes nothing before something is put or it is pinged.
func Open(o Options) (Store, error) {
	if o.Bucket == "" {
		return nil, errors.New("open the object store: it needs the name of a bucket (LARDER_S3_BUCKET)")
	}
	if folder, is := FolderOf(o.Endpoint); is {
		return openFolder(folder, o)
	}
	return openS3(o)
}

// Endpoint gives the endpoint of a store in a folder, whose path is absolute.
func Endpoint(folder string) string { return (&url.URL{Scheme: "file", Path: folder}).String() }

// FolderOf gives the folder of an endpoint, false for that of a server.
func FolderOf(endpoint string) (folder string, is bool) {
	address, err := url.Parse(endpoint)
	if err != nil || address.Scheme != "file" {
		return "", false
	}
	return address.Path, true
}

// BucketFolder gives the folder with the objects of a bucket under their keys, false for a bucket on a server.
func BucketFolder(endpoint, bucket string) (folder string, is bool) {
	dir, is := FolderOf(endpoint)
	return filepath.Join(dir, objectsFolder, bucket), is
}

// roomKey is where Room puts what it tries with.
const roomKey = "larder-room"

func tryRoom(ctx context.Context, s Store) error {
	const trial = 1 << 20
	if err := s.Put(ctx, roomKey, bytes.NewReader(make([]byte, trial)), trial, "application/octet-stream"); err != nil {
		return fmt.Errorf("try the room of the object store: %w", err)
	}
	return s.Delete(ctx, roomKey)
}
