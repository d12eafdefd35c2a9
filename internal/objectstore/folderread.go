package objectstore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// Get implements Store.
func (s *folderStore) Get(_ context.Context, key string) (*Reader, error) {
	file, found, err := s.look(key)
	if err != nil {
		return nil, fmt.Errorf("get object %s: %w", key, err)
	}
	return &Reader{
		Content: &folderReader{file: file, key: key, size: found.info.Size(), want: found.SHA256, sum: sha256.New()},
		Info:    found.object(key),
	}, nil
}

// Stat implements Store.
func (s *folderStore) Stat(_ context.Context, key string) (Object, error) {
	file, found, err := s.look(key)
	if err != nil {
		return Object{}, fmt.Errorf("look at object %s: %w", key, err)
	}
	return found.object(key), file.Close()
}

func (s *folderStore) look(key string) (*os.File, found, error) {
	if err := checkKey(key); err != nil {
		return nil, found{}, err
	}
	root, err := s.reading()
	if err != nil {
		return nil, found{}, s.missed(err)
	}
	file, of, err := s.find(root, key)
	if err != nil {
		return nil, found{}, s.missed(err)
	}
	return file, of, nil
}

// folderReader hashes a sequential read from the first byte to the last, and returns the last bytes
// only if the hash matches the one stored by the put. Other reads aren't verified.
type folderReader struct {
	file   *os.File
	key    string
	size   int64
	want   string // "" if none was stored
	at     int64
	hashed int64 // bytes from the beginning that are in sum
	sum    hash.Hash
}

// Read implements io.Reader.
func (r *folderReader) Read(into []byte) (int, error) {
	n, err := r.file.Read(into)
	if r.at == r.hashed {
		r.sum.Write(into[:n])
		r.hashed += int64(n)
		if r.hashed >= r.size && (n > 0 || err != nil) && r.want != "" && hex.EncodeToString(r.sum.Sum(nil)) != r.want {
			return 0, fmt.Errorf("read object %s: %w", r.key, ErrDamaged)
		}
	}
	r.at += int64(n)
	return n, r.broken(err)
}

// ReadAt implements io.ReaderAt.
func (r *folderReader) ReadAt(into []byte, offset int64) (int, error) {
	n, err := r.file.ReadAt(into, offset)
	return n, r.broken(err)
}

func (r *folderReader) broken(err error) error {
	if err == nil || err == io.EOF { //nolint:errorlint // a reader returns io.EOF itself
		return err
	}
	return fmt.Errorf("read object %s: %w: %w", r.key, ErrUnavailable, err)
}

// Close implements io.Closer.
func (r *folderReader) Close() error { return r.file.Close() }

// Seek implements io.Seeker.
func (r *folderReader) Seek(offset int64, whence int) (int64, error) {
	at, err := r.file.Seek(offset, whence)
	if err != nil {
		return at, fmt.Errorf("read object %s: %w", r.key, err)
	}
	r.at = at
	if at == 0 {
		r.hashed = 0
		r.sum.Reset()
	}
	return at, nil
}

// Each implements Store. It removes what processes killed between two steps left behind.
func (s *folderStore) Each(ctx context.Context, prefix string, fn func(Object) error) error {
	root, err := s.reading()
	if errors.Is(err, fs.ErrNotExist) {
		return nil // nothing was ever put
	}
	if err != nil {
		return fmt.Errorf("list the objects under %q: %w", prefix, s.refused(err))
	}
	dir := prefix[:strings.LastIndexByte(prefix, '/')+1]
	w := walk{s: s, root: root, prefix: prefix, fn: fn}
	if dir == "" || checkKey(strings.TrimSuffix(dir, "/")) == nil {
		return w.below(ctx, dir)
	}
	return nil // no key has this prefix
}

type walk struct {
	s      *folderStore
	root   *os.Root
	prefix string
	fn     func(Object) error
}

// below walks a folder, given as "" or a key prefix with a trailing slash, in key order: a folder
// sorts with its slash.
func (w walk) below(ctx context.Context, dir string) error {
	at := strings.TrimSuffix(w.s.path(dir), "/")
	entries, err := readDir(w.root, at)
	if nothing(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("list the objects under %q: %w", w.prefix, w.s.refused(err))
	}
	names := make([]string, 0, len(entries))
	for _, entry := range entries {
		if entry.IsDir() {
			names = append(names, entry.Name()+"/")
		} else {
			names = append(names, entry.Name())
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if of, is := strings.CutSuffix(name, attributesSuffix); is {
			if _, there := slices.BinarySearch(names, of); !there {
				w.s.tidy(ctx, w.root, at+"/"+name, at+"/"+of)
			}
			continue
		}
		if err := w.visit(ctx, dir+name); err != nil {
			return err
		}
	}
	if len(names) == 0 && dir != "" {
		w.s.tidy(ctx, w.root, at, at)
	}
	return nil
}

func (w walk) visit(ctx context.Context, key string) error {
	if strings.HasSuffix(key, "/") {
		if key == versityFolder+"/" || !strings.HasPrefix(key, w.prefix) && !strings.HasPrefix(w.prefix, key) {
			return nil
		}
		return w.below(ctx, key)
	}
	if !strings.HasPrefix(key, w.prefix) {
		return nil
	}
	info, err := w.root.Lstat(w.s.path(key))
	if nothing(err) || err == nil && !info.Mode().IsRegular() {
		return nil // gone meanwhile, or not ours
	}
	if err != nil {
		return fmt.Errorf("list the objects under %q: %w", w.prefix, w.s.refused(err))
	}
	return w.fn(Object{Key: key, Size: info.Size(), Changed: info.ModTime().UTC()})
}
