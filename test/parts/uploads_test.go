package parts_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"path"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/objectstore"
	"larder.dev/test/larder"
)

// uploader speaks tus through nginx, which may use another file service for each request.
type uploader struct {
	base, token, address string
}

func (u uploader) send(t *testing.T, method string, body io.Reader, headers ...string) (*http.Response, error) {
	t.Helper()
	response, err := http.DefaultTransport.RoundTrip(u.request(t, method, body, headers...))
	if err == nil {
		t.Cleanup(func() { _ = response.Body.Close() })
	}
	return response, err
}

func (u uploader) request(t *testing.T, method string, body io.Reader, headers ...string) *http.Request {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, u.base+u.address, body)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+u.token)
	request.Header.Set("Tus-Resumable", "1.0.0")
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	return request
}

func (u uploader) patch(t *testing.T, offset int, body io.Reader) (*http.Response, error) {
	t.Helper()
	return u.send(t, http.MethodPatch, body, at(offset)...)
}

func at(offset int) []string {
	return []string{"Upload-Offset", strconv.Itoa(offset), "Content-Type", "application/offset+octet-stream"}
}

// asked returns the offset from which the upload resumes, once a service can tell.
func (u uploader) asked(t *testing.T) int {
	t.Helper()
	offset := -1
	larder.Soon(t, deadline, func() string {
		response, err := u.send(t, http.MethodHead, nil)
		if err != nil {
			return err.Error()
		}
		offset, err = strconv.Atoi(response.Header.Get("Upload-Offset"))
		if err != nil {
			return fmt.Sprintf("status %d: %v", response.StatusCode, err)
		}
		return ""
	})
	return offset
}

// An upload whose requests alternate between two file services behind nginx continues at each of
// them, even when the one in use is killed midway, and becomes a file, byte for byte.
func TestUploadMeetsTwoFileServices(t *testing.T) {
	t.Parallel()
	parts := larder.StartParts(t)
	parts.Launch(t, "file-service-2").Ready(t)
	ada := parts.AddUser(t, "ada")
	recipe, _ := ada.Create(t, larder.Named("Wedding cake"))
	content := make([]byte, 23<<20+5)
	_, _ = rand.NewChaCha8([32]byte{3}).Read(content) // it never fails

	u := uploader{base: parts.URL(), token: ada.Token, address: "/api/files/uploads"}
	encode := base64.StdEncoding.EncodeToString
	begun, err := u.send(t, http.MethodPost, nil, "Upload-Length", strconv.Itoa(len(content)),
		"Upload-Metadata", "recipe "+encode([]byte(recipe.ID))+",filename "+encode([]byte("film.bin")))
	require.NoError(t, err)
	require.Equal(t, http.StatusCreated, begun.StatusCode)
	u.address = begun.Header.Get("Location")
	offset := 0
	for range 6 {
		next := min(offset+1<<20+1, len(content))
		response, err := u.patch(t, offset, bytes.NewReader(content[offset:next]))
		require.NoError(t, err)
		require.Equal(t, http.StatusNoContent, response.StatusCode)
		offset = next
	}
	for _, name := range []string{"file-service", "file-service-2"} {
		require.Contains(t, string(parts.Part(name).Probe(t, "/metrics").Body), `method="PATCH"`, "%s took some of it", name)
	}

	// Both are killed in turn while they receive the rest: the complete parts are kept.
	reader, writer := io.Pipe()
	broken := make(chan struct{})
	request := u.request(t, http.MethodPatch, reader, at(offset)...)
	go func() {
		defer close(broken)
		if response, err := http.DefaultTransport.RoundTrip(request); err == nil { // either outcome is fine
			_ = response.Body.Close()
		}
	}()
	_, err = writer.Write(content[offset : offset+11<<20])
	require.NoError(t, err)
	objects := parts.Objects(t)
	larder.Soon(t, deadline, func() string {
		if arrived := partsOf(t, objects, "uploads/"+ada.User.ID+"/"+path.Base(u.address)); arrived < 3 {
			return fmt.Sprintf("%d parts are there", arrived)
		}
		return ""
	})
	for _, name := range []string{"file-service", "file-service-2"} {
		parts.Take(name).Kill9(t)
		parts.Launch(t, name).Ready(t)
	}
	_ = writer.Close()
	<-broken
	went := u.asked(t)
	require.GreaterOrEqual(t, went, 3*objectstore.MinPart)

	last, err := u.patch(t, went, bytes.NewReader(content[went:]))
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, last.StatusCode)
	files := ada.Files(t, recipe.ID)
	require.Len(t, files, 1)
	require.Equal(t, last.Header.Get("Larder-File"), files[0].ID)
	require.True(t, larder.Same(t, larder.Open(t, parts.URL(), files[0].URL).Body, bytes.NewReader(content)))
	require.Equal(t, len(content), u.asked(t))
	require.NoError(t, objects.Each(t.Context(), "uploads/", func(o objectstore.Object) error {
		return fmt.Errorf("%s is left", o.Key)
	}))
}

// partsOf counts an upload's parts in the store.
func partsOf(t *testing.T, objects objectstore.Store, place string) int {
	t.Helper()
	object, err := objects.Get(t.Context(), place+"/note")
	require.NoError(t, err)
	defer object.Close()
	var note struct {
		Multipart string `json:"multipart"`
	}
	require.NoError(t, json.NewDecoder(object).Decode(&note))
	arrived, err := objects.Parts(t.Context(), place+"/bytes", note.Multipart)
	require.NoError(t, err)
	return len(arrived)
}
