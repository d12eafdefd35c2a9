package main

import (
	"context"
	"errors"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"larder.dev/cmd/larder/internal/stores"
)

// dumpTarget is a dump's destination or source: a file, or an object in the file store.
type dumpTarget struct {
	file        string
	bucket, key string // "" for a file
}

// parseDumpTarget parses "larder.dump" or "s3://bucket/larder.dump"; "-" and "" are kept.
func parseDumpTarget(text string) (dumpTarget, error) {
	if !strings.Contains(text, "://") {
		return dumpTarget{file: text}, nil
	}
	address, err := url.Parse(text)
	if err != nil || address.Scheme != "s3" || address.Host == "" || strings.Trim(address.Path, "/") == "" {
		return dumpTarget{}, usageError{text + ": a dump is in a file, or in an object store as s3://BUCKET/KEY"}
	}
	return dumpTarget{bucket: address.Host, key: strings.TrimPrefix(address.Path, "/")}, nil
}

// needs returns the stores needed to write or read the dump.
func (d dumpTarget) needs() []stores.Store {
	if d.bucket == "" {
		return nil
	}
	return []stores.Store{stores.Objects}
}

// write stores the dump that fill writes once it is complete: a file is written beside its place
// and renamed, an object is uploaded from a file, so that the upload can be retried.
func (d dumpTarget) write(ctx context.Context, larder *connection, fill func(io.Writer) error) (err error) {
	folder, name := filepath.Dir(d.file), "."+filepath.Base(d.file)+".*"
	if d.bucket != "" {
		folder, name = "", "larder-dump-*" // the system's temporary folder
	}
	file, err := os.CreateTemp(folder, name)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }() // by then renamed, or uploaded
	err = fill(file)
	if err == nil {
		err = file.Sync()
	}
	if err == nil && d.bucket != "" {
		err = d.put(ctx, larder, file)
	}
	if err = errors.Join(err, file.Close()); err != nil || d.bucket != "" {
		return err
	}
	return os.Rename(file.Name(), d.file)
}

func (d dumpTarget) put(ctx context.Context, larder *connection, file *os.File) error {
	bucket, err := larder.Bucket(d.bucket)
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err != nil {
		return err
	}
	return bucket.Put(ctx, d.key, file, info.Size(), "application/octet-stream")
}

// open reads the dump.
func (d dumpTarget) open(ctx context.Context, larder *connection, con console) (io.ReadCloser, error) {
	if d.bucket == "" {
		in, _, err := openInput(con, d.file)
		return in, err
	}
	bucket, err := larder.Bucket(d.bucket)
	if err != nil {
		return nil, err
	}
	object, err := bucket.Get(ctx, d.key)
	if err != nil {
		return nil, err
	}
	return object, nil
}
