package objectstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/minio/minio-go/v7"
)

// What S3 takes: parts of a multipart upload of at least MinPart bytes but for the last one, and MaxParts of them.
const (
	MinPart  = 5 << 20
	MaxParts = 10_000
	// MaxCopy is how large an object may be that Copy takes, in bytes.
	MaxCopy = 5 << 30
)

const partsPage = 1000

// Part is a part of a multipart upload that isn't complete.
type Part struct {
	Number  int // from 1 on
	Size    int64
	ETag    string
	Changed time.Time
}

// BeginMultipart begins a multipart upload under a key, where nothing is seen before it is complete. It gives the id
// of the upload.
func (s *Store) BeginMultipart(ctx context.Context, key string) (id string, err error) {
	if err := s.makeBucket(ctx); err != nil {
		return "", err
	}
	id, err = s.core().NewMultipartUpload(ctx, s.bucket, key, minio.PutObjectOptions{})
	if err != nil {
		return "", fmt.Errorf("begin the multipart upload of %s: %w", key, s.written(err))
	}
	return id, nil
}

// PutPart writes a part, in the place of one with the same number. The error is ErrNotFound where the upload isn't
// there any more.
func (s *Store) PutPart(ctx context.Context, key, id string, number int, content []byte) (Part, error) {
	part, err := s.core().PutObjectPart(ctx, s.bucket, key, id, number, bytes.NewReader(content), int64(len(content)),
		minio.PutObjectPartOptions{})
	if err != nil {
		return Part{}, fmt.Errorf("put part %d of %s: %w", number, key, s.written(err))
	}
	return Part{Number: number, Size: int64(len(content)), ETag: part.ETag, Changed: part.LastModified.UTC()}, nil
}

// Parts lists the parts that are there, by their numbers. The error is ErrNotFound where the upload is complete or
// was given up.
func (s *Store) Parts(ctx context.Context, key, id string) ([]Part, error) {
	var parts []Part
	for marker := 0; ; {
		page, err := s.core().ListObjectParts(ctx, s.bucket, key, id, marker, partsPage)
		if err != nil {
			return nil, fmt.Errorf("list the parts of %s: %w", key, failure(err))
		}
		for _, part := range page.ObjectParts {
			parts = append(parts, Part{
				Number: part.PartNumber, Size: part.Size, ETag: part.ETag, Changed: part.LastModified.UTC(),
			})
		}
		if !page.IsTruncated || page.NextPartNumberMarker <= marker {
			return parts, nil
		}
		marker = page.NextPartNumberMarker
	}
}

// CompleteMultipart makes an object of the parts.
func (s *Store) CompleteMultipart(ctx context.Context, key, id string, parts []Part) error {
	complete := make([]minio.CompletePart, len(parts))
	for i, part := range parts {
		complete[i] = minio.CompletePart{PartNumber: part.Number, ETag: part.ETag}
	}
	_, err := s.core().CompleteMultipartUpload(ctx, s.bucket, key, id, complete, minio.PutObjectOptions{})
	if err != nil {
		return fmt.Errorf("complete the multipart upload of %s: %w", key, s.written(err))
	}
	return nil
}

// AbortMultiparts gives up every multipart upload under exactly this key, with its parts. Servers list the uploads of
// one key; not all of them (MinIO) list those of a prefix.
func (s *Store) AbortMultiparts(ctx context.Context, key string) error {
	for {
		page, err := s.core().ListMultipartUploads(ctx, s.bucket, key, "", "", "", partsPage)
		if errors.Is(failure(err), ErrNotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("list the multipart uploads of %s: %w", key, failure(err))
		}
		aborted := 0
		for _, upload := range page.Uploads {
			if upload.Key != key {
				continue
			}
			err := failure(s.core().AbortMultipartUpload(ctx, s.bucket, key, upload.UploadID))
			if err != nil && !errors.Is(err, ErrNotFound) {
				return fmt.Errorf("give up the multipart upload of %s: %w", key, err)
			}
			aborted++
		}
		if !page.IsTruncated || aborted == 0 {
			return nil
		}
	}
}

// Copy makes an object of another one's bytes inside the store, if that is still the one with the ETag. The error is
// ErrNotFound where it isn't.
func (s *Store) Copy(ctx context.Context, from, etag, to, mediaType string) error {
	_, err := s.client.CopyObject(ctx,
		minio.CopyDestOptions{Bucket: s.bucket, Object: to, ReplaceMetadata: true, ContentType: mediaType},
		minio.CopySrcOptions{Bucket: s.bucket, Object: from, MatchETag: etag})
	if minio.ToErrorResponse(err).Code == "PreconditionFailed" {
		return fmt.Errorf("copy object %s to %s: %w: it is another one by now", from, to, ErrNotFound)
	}
	if err != nil {
		return fmt.Errorf("copy object %s to %s: %w", from, to, s.written(err))
	}
	return nil
}

func (s *Store) core() minio.Core { return minio.Core{Client: s.client} }
