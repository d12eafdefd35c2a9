package larder

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/objectstore"
	"larder.dev/internal/testkit/pictures"
)

// File is a file as read from the API.
type File struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	MediaType string `json:"media_type"`
	Size      int64  `json:"size"`
	SHA256    string `json:"sha256"`
	URL       string `json:"url"`
	Sizes     []struct {
		Edge      int    `json:"edge"`
		MediaType string `json:"media_type"`
		URL       string `json:"url"`
	} `json:"sizes"`
}

// transferTimeout is far longer than a test's largest file takes.
const transferTimeout = 5 * time.Minute

// Attach sends a file like a browser's form, without holding it in memory.
func (c *Client) Attach(tb testing.TB, recipe, name string, content io.Reader, headers ...string) Answer {
	tb.Helper()
	return c.sendFile(tb, "/api/recipes/"+recipe+"/files", name, content, headers...)
}

// sendFile sends a file like a browser's form.
func (c *Client) sendFile(tb testing.TB, path, name string, content io.Reader, headers ...string) Answer {
	tb.Helper()
	reader, writer := io.Pipe()
	form := multipart.NewWriter(writer)
	go func() {
		part, err := form.CreateFormFile("file", name)
		if err == nil {
			_, err = io.Copy(part, content)
		}
		if err == nil {
			err = form.Close()
		}
		_ = writer.CloseWithError(err)
	}()
	request, err := http.NewRequestWithContext(tb.Context(), http.MethodPost, c.base+path, reader)
	require.NoError(tb, err)
	request.Header.Set("Content-Type", form.FormDataContentType())
	request.Header.Set("Authorization", "Bearer "+c.Token)
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	client := &http.Client{Timeout: transferTimeout}
	response, err := client.Do(request)
	require.NoError(tb, err)
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	require.NoError(tb, err)
	_ = reader.Close() // after an early answer the sender has nobody to send to
	return Answer{Status: response.StatusCode, Header: response.Header, Body: body, what: "send " + name + " to " + path}
}

// Files reads the files of a recipe's detail.
func (c *Client) Files(tb testing.TB, recipe string) []File {
	tb.Helper()
	var whole struct {
		Files []File `json:"files"`
	}
	answer := c.Get(tb, recipe).Want(tb, http.StatusOK)
	require.NoError(tb, json.Unmarshal(answer.Body, &whole))
	return whole.Files
}

// Open fetches a file's address without a session. The caller closes the body.
func Open(tb testing.TB, base, address string, headers ...string) *http.Response {
	tb.Helper()
	if strings.HasPrefix(address, "/") {
		address = base + address
	}
	request, err := http.NewRequestWithContext(tb.Context(), http.MethodGet, address, nil)
	require.NoError(tb, err)
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	client := &http.Client{Timeout: transferTimeout}
	response, err := client.Do(request)
	require.NoError(tb, err)
	tb.Cleanup(func() { _ = response.Body.Close() })
	return response
}

// Pictures returns pictures by name, one in each supported format: most of the time is spent
// scaling them. With LARDER_CORPUS they are the photographs in its folder.
func Pictures(tb testing.TB) map[string][]byte {
	tb.Helper()
	patterns := []string{
		filepath.Join(Root(), "test", "larder", "testdata", "pictures", "*"),
		filepath.Join(Root(), "file-service", "internal", "picture", "testdata", "photo.*"),
	}
	made := map[string][]byte{"made.webp": pictures.WebP(480, 320)}
	if lines := os.Getenv("LARDER_CORPUS"); lines != "" {
		patterns, made = []string{filepath.Join(filepath.Dir(lines), "pix", "*")}, map[string][]byte{}
	}
	for _, pattern := range patterns {
		found, err := filepath.Glob(pattern)
		require.NoError(tb, err)
		require.NotEmpty(tb, found, pattern)
		for _, path := range found {
			content, err := os.ReadFile(path)
			require.NoError(tb, err)
			made[filepath.Base(path)] = content
		}
	}
	return made
}

// Same reads two contents completely and reports whether they are equal byte for byte.
func Same(tb testing.TB, a, b io.Reader) bool {
	tb.Helper()
	left, right := make([]byte, 1<<20), make([]byte, 1<<20)
	for {
		n, errA := io.ReadFull(a, left)
		m, errB := io.ReadFull(b, right)
		if !bytes.Equal(left[:n], right[:m]) {
			return false
		}
		if errA != nil || errB != nil {
			return errA != nil && errB != nil
		}
	}
}

// Objects returns a running larder's object store, which is closed after the test.
func (s *Server) Objects(tb testing.TB) objectstore.Store {
	tb.Helper()
	at := s.RunFile(tb)
	store, err := objectstore.Open(objectstore.Options{
		Endpoint: at.S3Endpoint, Bucket: at.S3Bucket, AccessKey: at.S3AccessKey, SecretKey: at.S3SecretKey,
	})
	require.NoError(tb, err)
	tb.Cleanup(func() { _ = store.Close() })
	return store
}
