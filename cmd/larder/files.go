package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"larder.dev/cmd/larder/internal/component"
	"larder.dev/internal/cdn"
	"larder.dev/internal/datadir"
)

// delivery are the flags of everything that accepts files or signs their addresses.
type delivery struct {
	CDNURL          string `name:"cdn-url" env:"LARDER_CDN_URL" placeholder:"URL" help:"The CDN that files are read through."`
	CDNSecret       string `name:"cdn-secret" env:"LARDER_CDN_SECRET" placeholder:"TEXT" help:"What files' addresses are signed with."`
	CDNSecretAlso   string `name:"cdn-secret-also" env:"LARDER_CDN_SECRET_ALSO" placeholder:"TEXT" help:"Taken too while it changes."`
	CloudFrontKeyID string `name:"cloudfront-key-id" env:"LARDER_CLOUDFRONT_KEY_ID" placeholder:"ID" help:"Of the key to sign with."`
	CloudFrontKey   string `name:"cloudfront-key" type:"path" env:"LARDER_CLOUDFRONT_KEY" placeholder:"FILE" help:"The private key in PEM."`

	MaxFileSize int64  `env:"LARDER_MAX_FILE_SIZE" placeholder:"BYTES" help:"How large a file may be (100 MiB)."`
	MaxUploads  int64  `env:"LARDER_MAX_UPLOADS" placeholder:"BYTES" help:"Bytes that a person's unfinished uploads may have (512 MiB)."`
	PictureMem  int64  `name:"picture-memory" env:"LARDER_PICTURE_MEMORY" placeholder:"BYTES" help:"To draw a picture (1280 MiB)."`
	Clamd       string `env:"LARDER_CLAMD" placeholder:"SOCKET" help:"A clamd that looks at each upload: a path, or HOST:PORT."`
}

// fileOrigins returns the web origins that serve files besides the app's own.
func (d *delivery) fileOrigins() []string {
	address, err := url.Parse(d.CDNURL)
	if err != nil || address.Host == "" {
		return nil
	}
	return []string{address.Scheme + "://" + address.Host}
}

// minSecret is the minimum length of a secret in bytes: half of HMAC-SHA256's block.
const minSecret = 32

// files returns the components' file settings. home is the data folder for creating and keeping a
// secret; "" if it has to be given.
func (d *delivery) files(home string) (component.Files, error) {
	files := component.Files{MaxSize: d.MaxFileSize, MaxUnfinished: d.MaxUploads, PictureMemory: d.PictureMem, Clamd: d.Clamd}
	secret := d.CDNSecret
	if secret == "" && home != "" {
		var err error
		if secret, err = datadir.Secret(filepath.Join(home, "cdn-secret")); err != nil {
			return component.Files{}, fmt.Errorf("the secret of file addresses: %w", err)
		}
	}
	if secret == "" {
		return files, nil
	}
	if len(secret) < minSecret {
		return component.Files{}, usageError{fmt.Sprintf("LARDER_CDN_SECRET must have %d bytes or more", minSecret)}
	}
	var also [][]byte
	if d.CDNSecretAlso != "" {
		if len(d.CDNSecretAlso) < minSecret {
			return component.Files{}, usageError{fmt.Sprintf("LARDER_CDN_SECRET_ALSO must have %d bytes or more", minSecret)}
		}
		also = append(also, []byte(d.CDNSecretAlso))
	}
	files.Verify = cdn.NewPlain(d.CDNURL, []byte(secret), also...)
	files.Signer = files.Verify
	if d.CloudFrontKeyID == "" && d.CloudFrontKey == "" {
		return files, nil
	}
	return d.forCloudFront(files)
}

func (d *delivery) forCloudFront(files component.Files) (component.Files, error) {
	key, err := os.ReadFile(d.CloudFrontKey)
	if err != nil {
		return component.Files{}, errors.Join(usageError{"LARDER_CLOUDFRONT_KEY must be a file with the private key"}, err)
	}
	files.Signer, err = cdn.NewCloudFront(d.CDNURL, d.CloudFrontKeyID, key, files.Verify)
	return files, err
}
