package objectstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/minio/minio-go/v7"
)

const partsPage = 1000

// BeginMultipart implements Store.
func (s *s3Store) BeginMultipart(ctx context.Context, key string) (id string, err error) {
	if err := s.makeBucket(ctx); err != nil {
		return "", err
	}
	id, err = s.core().NewMultipartUpload(ctx, s.bucket, key, minio.PutObjectOptions{})
	if err != nil {
		return "", fmt.Errorf("begin the multipart upload of %s: %w", key, s.written(err))
	}
	return id, nil
}

// PutPart implements Store.
func (s *s3Store) PutPart(ctx context.Context, key, id string, number int, content []byte) (Part, error) {
	part, err := s.core().PutObjectPart(ctx, s.bucket, key, id, number, bytes.NewReader(content), int64(len(content)),
		minio.PutObjectPartOptions{})
	if err != nil {
		return Part{}, fmt.Errorf("put part %d of %s: %w", number, key, s.written(err))
	}
	return Part{Number: number, Size: int64(len(content)), ETag: part.ETag, Changed: part.LastModified.UTC()}, nil
}

// Parts implements Store.
func (s *s3Store) Parts(ctx context.Context, key, id string) ([]Part, error) {
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

// CompleteMultipart implements Store.
func (s *s3Store) CompleteMultipart(ctx context.Context, key, id string, parts []Part) error {
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

// AbortMultiparts implements Store. Servers list the uploads of one key; some (MinIO) can't list
// those of a prefix.
func (s *s3Store) AbortMultiparts(ctx context.Context, key string) error {
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

// Copy implements Store.
func (s *s3Store) Copy(ctx context.Context, from, etag, to, mediaType string) error {
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

func (s *s3Store) core() minio.Core { return minio.Core{Client: s.client} }
