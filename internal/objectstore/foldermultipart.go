package objectstore

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
)

// uploads is the folder of a key's uploads: one subfolder each, with a file per part.
func (s *folderStore) uploads(key string) string {
	sum := sha256.Sum256([]byte(key))
	return s.incoming() + "/" + hex.EncodeToString(sum[:])
}

// upload is one upload's folder. The error is fs.ErrNotExist for an id that isn't ours.
func (s *folderStore) upload(key, id string) (string, error) {
	if checkKey(id) != nil || strings.Contains(id, "/") {
		return "", fs.ErrNotExist
	}
	return s.uploads(key) + "/" + id, nil
}

// BeginMultipart implements Store.
func (s *folderStore) BeginMultipart(ctx context.Context, key string) (id string, err error) {
	if err := checkKey(key); err != nil {
		return "", fmt.Errorf("begin the multipart upload: %w", err)
	}
	id = rand.Text()
	root, err := s.writing()
	if err == nil {
		err = s.changing(ctx, func() error { return makeDirs(root, s.uploads(key)+"/"+id) })
	}
	if err != nil {
		return "", fmt.Errorf("begin the multipart upload of %s: %w", key, s.refused(err))
	}
	return id, nil
}

// changing runs do under the lock for changes.
func (s *folderStore) changing(ctx context.Context, do func() error) error {
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	return do()
}

// PutPart implements Store.
func (s *folderStore) PutPart(_ context.Context, key, id string, number int, content []byte) (Part, error) {
	info, err := s.putPart(key, id, number, content)
	if err != nil {
		return Part{}, fmt.Errorf("put part %d of %s: %w", number, key, err)
	}
	return partOf(number, info), nil
}

func (s *folderStore) putPart(key, id string, number int, content []byte) (fs.FileInfo, error) {
	root, err := s.writing()
	if err != nil {
		return nil, s.refused(err)
	}
	folder, err := s.upload(key, id)
	if err != nil {
		return nil, s.missed(err)
	}
	name, err := s.write(root, func(into io.Writer) error {
		_, err := io.Copy(into, bytes.NewReader(content))
		return err
	})
	if err != nil {
		return nil, s.refused(err)
	}
	to := folder + "/" + strconv.Itoa(number)
	if err := root.Rename(name, to); err != nil {
		return nil, s.missed(errors.Join(err, root.Remove(name)))
	}
	if err := syncDir(root, folder); err != nil {
		return nil, s.missed(err)
	}
	info, err := root.Lstat(to)
	if err != nil {
		return nil, s.missed(err)
	}
	return info, nil
}

func partOf(number int, info fs.FileInfo) Part {
	return Part{Number: number, Size: info.Size(), Changed: info.ModTime().UTC()}
}

// Parts implements Store.
func (s *folderStore) Parts(_ context.Context, key, id string) ([]Part, error) {
	parts, err := s.parts(key, id)
	if err != nil {
		return nil, fmt.Errorf("list the parts of %s: %w", key, s.missed(err))
	}
	return parts, nil
}

func (s *folderStore) parts(key, id string) ([]Part, error) {
	root, err := s.writing() // also migrates versitygw's uploads
	if err != nil {
		return nil, err
	}
	folder, err := s.upload(key, id)
	if err != nil {
		return nil, err
	}
	entries, err := readDir(root, folder)
	if err != nil {
		return nil, err
	}
	parts := make([]Part, 0, len(entries))
	for _, entry := range entries {
		number, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue // not ours
		}
		info, err := root.Lstat(folder + "/" + entry.Name())
		if err != nil {
			return nil, err
		}
		parts = append(parts, partOf(number, info))
	}
	slices.SortFunc(parts, func(a, b Part) int { return cmp.Compare(a.Number, b.Number) })
	return parts, nil
}

// CompleteMultipart implements Store.
func (s *folderStore) CompleteMultipart(ctx context.Context, key, id string, parts []Part) error {
	if err := s.complete(ctx, key, id, parts); err != nil {
		return fmt.Errorf("complete the multipart upload of %s: %w", key, err)
	}
	return nil
}

func (s *folderStore) complete(ctx context.Context, key, id string, parts []Part) error {
	root, err := s.writing()
	if err != nil {
		return s.refused(err)
	}
	folder, err := s.upload(key, id)
	if err == nil {
		_, err = root.Lstat(folder)
	}
	if err != nil {
		return s.missed(err)
	}
	err = s.put(ctx, key, "", func(into io.Writer) error {
		for _, part := range parts {
			if err := copyPart(ctx, into, root, folder, part); err != nil {
				return fmt.Errorf("part %d: %w", part.Number, err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.refused(s.changing(ctx, func() error {
		return errors.Join(root.RemoveAll(folder), prune(root, path.Dir(folder), s.incoming()))
	}))
}

func copyPart(ctx context.Context, into io.Writer, root *os.Root, folder string, part Part) error {
	file, err := root.Open(folder + "/" + strconv.Itoa(part.Number))
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // only read from
	info, err := file.Stat()
	if err == nil && info.Size() != part.Size {
		err = fmt.Errorf("%w: it is another one by now", ErrNotFound)
	}
	if err == nil {
		_, err = io.Copy(into, untilDone{ctx, file})
	}
	return err
}

// AbortMultiparts implements Store.
func (s *folderStore) AbortMultiparts(ctx context.Context, key string) error {
	if _, err := s.reading(); errors.Is(err, fs.ErrNotExist) {
		return nil // nothing was ever put
	}
	root, err := s.writing()
	if err == nil {
		err = s.changing(ctx, func() error { return root.RemoveAll(s.uploads(key)) })
	}
	if err != nil {
		return fmt.Errorf("give up the multipart uploads of %s: %w", key, s.refused(err))
	}
	return nil
}
