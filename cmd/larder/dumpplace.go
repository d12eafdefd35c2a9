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

// dumpPlace is where a dump goes to or comes from: a file, or an object in the store that the files are in, too.
type dumpPlace struct {
	file        string
	bucket, key string // "" for a file
}

// parseDumpPlace reads "larder.dump" or "s3://bucket/larder.dump"; "-" and "" stay.
func parseDumpPlace(text string) (dumpPlace, error) {
	if !strings.Contains(text, "://") {
		return dumpPlace{file: text}, nil
	}
	address, err := url.Parse(text)
	if err != nil || address.Scheme != "s3" || address.Host == "" || strings.Trim(address.Path, "/") == "" {
		return dumpPlace{}, usageError{text + ": a dump is in a file, or in an object store as s3://BUCKET/KEY"}
	}
	return dumpPlace{bucket: address.Host, key: strings.TrimPrefix(address.Path, "/")}, nil
}

// needs are the stores that a dump there is written to or read from.
func (p dumpPlace) needs() []stores.Store {
	if p.bucket == "" {
		return nil
	}
	return []stores.Store{stores.Objects}
}

// write lets fill write the dump, and puts it there when it is whole: a file is written beside and renamed, an object
// is sent from a file, so that it can be sent again.
func (p dumpPlace) write(ctx context.Context, larder *connection, fill func(io.Writer) error) (err error) {
	folder, name := filepath.Dir(p.file), "."+filepath.Base(p.file)+".*"
	if p.bucket != "" {
		folder, name = "", "larder-dump-*" // the system's folder for such
	}
	file, err := os.CreateTemp(folder, name)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }() // it has another name by then, or is in the store
	err = fill(file)
	if err == nil {
		err = file.Sync()
	}
	if err == nil && p.bucket != "" {
		err = p.put(ctx, larder, file)
	}
	if err = errors.Join(err, file.Close()); err != nil || p.bucket != "" {
		return err
	}
	return os.Rename(file.Name(), p.file)
}

func (p dumpPlace) put(ctx context.Context, larder *connection, file *os.File) error {
	bucket, err := larder.Bucket(p.bucket)
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err != nil {
		return err
	}
	return bucket.Put(ctx, p.key, file, info.Size(), "application/octet-stream")
}

// open reads the dump.
func (p dumpPlace) open(ctx context.Context, larder *connection, con console) (io.ReadCloser, error) {
	if p.bucket == "" {
		in, _, err := openInput(con, p.file)
		return in, err
	}
	bucket, err := larder.Bucket(p.bucket)
	if err != nil {
		return nil, err
	}
	object, err := bucket.Get(ctx, p.key)
	if err != nil {
		return nil, err
	}
	return object, nil
}
