package objectstore

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// attributes are what a folder records about an object's bytes.
type attributes struct {
	MediaType string `json:"media_type"`
	Size      int64  `json:"size"`
	SHA256    string `json:"sha256"` // lower-case hex; "" if versitygw put it
	// Before describes the bytes that these replace. They are still there if the process ended in
	// between.
	Before *attributes `json:"before,omitempty"`
}

func (a attributes) encode(into io.Writer) error { return json.NewEncoder(into).Encode(a) }

// of picks the attributes that match a file by size. If both match, only its bytes decide; if
// neither does, the file is damaged, which reading it detects.
func (a attributes) of(file *os.File, size int64) (attributes, error) {
	if a.Before == nil || a.Before.Size != size {
		return a, nil
	}
	if a.Size != size {
		return *a.Before, nil
	}
	got, err := hashOf(file)
	if err == nil && got != a.SHA256 {
		a = *a.Before
	}
	return a, err
}

// hashOf hashes a file, moving its offset.
func hashOf(file *os.File) (string, error) {
	info, err := file.Stat()
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(file, 0, info.Size())); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// found is an object's file.
type found struct {
	attributes

	info fs.FileInfo
}

func (f found) etag() string {
	if f.SHA256 != "" {
		return f.SHA256
	}
	return etagOf(f.info)
}

// etagOf is for files without a stored hash.
func etagOf(info fs.FileInfo) string {
	return fmt.Sprintf("%x-%x", info.Size(), info.ModTime().UnixNano())
}

func (f found) object(key string) Object {
	return Object{
		Key: key, Size: f.info.Size(), ETag: f.etag(), SHA256: f.SHA256, MediaType: f.MediaType, Changed: f.info.ModTime().UTC(),
	}
}

var errReplaced = errors.New("it was replaced meanwhile")

// find opens an object. The error is fs.ErrNotExist if there is none.
func (s *folderStore) find(root *os.Root, key string) (*os.File, found, error) {
	for {
		file, err := root.Open(s.path(key))
		if err != nil {
			return nil, found{}, err
		}
		info, err := file.Stat()
		if err == nil && info.IsDir() {
			err = fs.ErrNotExist
		}
		var of attributes
		if err == nil {
			of, err = s.attributesOf(root, key, file, info)
		}
		if err == nil {
			return file, found{of, info}, nil
		}
		if err = errors.Join(err, file.Close()); !errors.Is(err, errReplaced) {
			return nil, found{}, err
		}
	}
}

// attributesOf returns a file's attributes. The error is errReplaced if another file has its name
// by now: attributes read while it had the name are its own, or the next file's, which include its
// own.
func (s *folderStore) attributesOf(root *os.Root, key string, file *os.File, info fs.FileInfo) (attributes, error) {
	text, err := root.ReadFile(s.path(key) + attributesSuffix)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return attributes{}, err
	}
	now, gone := root.Lstat(s.path(key))
	if gone != nil {
		return attributes{}, gone
	}
	if !os.SameFile(now, info) {
		return attributes{}, errReplaced
	}
	if err != nil {
		mediaType, err := s.versityType(root, key)
		return attributes{MediaType: mediaType, Size: info.Size()}, err
	}
	var kept attributes
	if err := json.Unmarshal(text, &kept); err != nil {
		return attributes{}, fmt.Errorf("%w: read its attributes: %w", ErrDamaged, err)
	}
	return kept.of(file, info.Size())
}

// versityType returns the type of an object that versitygw put; "" if it recorded none.
func (s *folderStore) versityType(root *os.Root, key string) (string, error) {
	text, err := root.ReadFile(s.versity(key) + "/meta/content-type")
	if nothing(err) {
		return "", nil
	}
	return string(text), err
}
