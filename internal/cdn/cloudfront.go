package cdn

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // CloudFront only verifies RSA over SHA-1
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// CloudFront signs for Amazon CloudFront: a canned policy, with a key group's private key. The edge
// verifies it, so an altered URL never reaches us.
type CloudFront struct {
	base  string
	keyID string
	key   *rsa.PrivateKey
	rest  *Plain // verified by the origin: the edge forwards what it verified
}

// NewCloudFront returns a signer for the public key's id at CloudFront and the private key in PEM.
// URLs also get the plain signer's parameters, for the origin.
func NewCloudFront(base, keyID string, privateKey []byte, origin *Plain) (*CloudFront, error) {
	if base == "" || keyID == "" {
		return nil, errors.New("sign for CloudFront: it needs the CDN's address and the id of the key")
	}
	block, _ := pem.Decode(privateKey)
	if block == nil {
		return nil, errors.New("sign for CloudFront: the private key isn't PEM")
	}
	key, err := parseKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("sign for CloudFront: read the private key: %w", err)
	}
	return &CloudFront{base: strings.TrimSuffix(base, "/"), keyID: keyID, key: key, rest: origin}, nil
}

func parseKey(der []byte) (*rsa.PrivateKey, error) {
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return key, nil
	}
	any8, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, err
	}
	key, ok := any8.(*rsa.PrivateKey)
	if !ok {
		return nil, errors.New("it isn't an RSA key")
	}
	return key, nil
}

// cloudFrontAlphabet replaces characters with a meaning in URLs (CloudFront developer guide,
// "canned policy").
//
//nolint:gochecknoglobals // a constant that Go can't declare
var cloudFrontAlphabet = strings.NewReplacer("+", "-", "=", "_", "/", "~")

// Sign implements Signer.
func (c *CloudFront) Sign(path string, now time.Time) (string, error) {
	inner, err := c.rest.Sign(path, now)
	if err != nil {
		return "", err
	}
	parsed, err := url.Parse(inner)
	if err != nil {
		return "", fmt.Errorf("sign %s for CloudFront: %w", path, err)
	}
	resource := c.base + parsed.EscapedPath() + "?" + parsed.RawQuery
	expires := Expiry(now).Unix()
	// Sign the policy exactly as CloudFront writes it: no white space, this order.
	//nolint:gocritic // Go's quoting isn't JSON's, and the URL has nothing to quote
	policy := fmt.Sprintf(`{"Statement":[{"Resource":"%s","Condition":{"DateLessThan":{"AWS:EpochTime":%d}}}]}`, resource, expires)
	digest := sha1.Sum([]byte(policy)) //nolint:gosec // as above
	signature, err := rsa.SignPKCS1v15(rand.Reader, c.key, crypto.SHA1, digest[:])
	if err != nil {
		return "", fmt.Errorf("sign %s for CloudFront: %w", path, err)
	}
	return fmt.Sprintf("%s&Expires=%d&Signature=%s&Key-Pair-Id=%s", resource, expires,
		cloudFrontAlphabet.Replace(base64.StdEncoding.EncodeToString(signature)), url.QueryEscape(c.keyID)), nil
}
