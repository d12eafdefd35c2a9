// Package containers_test runs docker-compose.yml as a family would: Compose builds the images and
// starts everything, on the engine that scripts/containers provides.
package containers_test

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
	"larder.dev/test/spine"
)

// patience is how long a container may take to be healthy again.
const patience = time.Minute

// Everything is built and comes up healthy, and a recipe goes its whole way through nginx: across a
// `down` and `up`, a kill of everything, and the crash of one service after another.
//
//nolint:paralleltest // one set of containers
func TestCompose(t *testing.T) {
	c := larder.NewCompose(t)
	took := c.Start(t)
	t.Logf("up and healthy after %s", took.Round(time.Second))
	healthy(t, c)
	strangers(t, c)
	spine.Walk(t, c.Server)

	cook := c.Login(t, "ben")
	for _, service := range []string{"command-api", "relay", "redis", "nats", "nginx"} {
		before, _ := c.Restarts(t, service)
		c.Crash(t, service)
		larder.Soon(t, patience, func() string {
			if restarts, health := c.Restarts(t, service); restarts <= before || health != "healthy" {
				return fmt.Sprintf("%s was started again %d times and is %s", service, restarts-before, health)
			}
			return ""
		})
		larder.Soon(t, patience, func() string { return writes(cook, "After the crash of "+service) })
	}
	c.Settled(t)
	require.Len(t, cook.Search(t, "q", "crash").Items, 5)
}

// strangers test access from outside: forging a different address at each failed login doesn't
// help, internal endpoints stay internal, and the app comes with its policy.
func strangers(t *testing.T, c *larder.Compose) {
	t.Helper()
	stranger := c.Client()
	var statuses []int
	for n := range 12 {
		login := map[string]any{"username": "nobody", "password": "a guess of twelve"}
		from := fmt.Sprintf("203.0.113.%d", n)
		statuses = append(statuses, stranger.Do(t, http.MethodPost, "/api/session", login, "X-Forwarded-For", from, "Forwarded", "for="+from).Status)
	}
	require.Equal(t, http.StatusUnauthorized, statuses[0])
	require.Equal(t, http.StatusTooManyRequests, statuses[11], "%v", statuses)
	for _, inside := range []string{"/metrics", "/readyz"} {
		require.Equal(t, http.StatusNotFound, stranger.Do(t, http.MethodGet, inside, nil).Status, inside)
	}
	page := stranger.Do(t, http.MethodGet, "/", nil).Want(t, http.StatusOK)
	require.Contains(t, page.Header.Get("Content-Security-Policy"), "script-src 'self'; ")
	require.NotContains(t, page.Header.Get("Content-Security-Policy"), "unsafe")
}

// healthy checks every service that should be running.
func healthy(t *testing.T, c *larder.Compose) {
	t.Helper()
	lines := strings.Fields(c.Compose(t, "ps", "--format", "{{.Service}}={{.Health}}"))
	require.Len(t, lines, 14, "every service but migrate, which has done its work")
	for _, line := range lines {
		require.True(t, strings.HasSuffix(line, "=healthy"), line)
	}
}

// writes attempts one write, and returns "" or why it failed. The key makes a retry of a stored
// write the same one.
func writes(cook *larder.Client, name string) string {
	answer, err := cook.Try(larder.Request{
		Method: http.MethodPost, Path: "/api/recipes", Body: larder.Named(name), Headers: []string{"Idempotency-Key", strings.ReplaceAll(name, " ", "-")},
	})
	if err != nil {
		return err.Error()
	}
	if answer.Status != http.StatusCreated {
		return fmt.Sprintf("%d: %s", answer.Status, answer.Body)
	}
	return ""
}

// The same sources produce the same files, and each image contains its bill of materials.
//
//nolint:paralleltest // one engine
func TestImages(t *testing.T) {
	c := larder.NewCompose(t)
	first := map[string]map[string]string{}
	for _, image := range []string{"larder:test", "larder-nginx:test"} {
		first[image] = contents(t, c, image)
	}
	bill(t, c, "larder:test", "github.com/jackc/pgx/v5", module(t, "github.com/jackc/pgx/v5"))
	bill(t, c, "larder-nginx:test", "dexie", "")
	c.Compose(t, "build", "--no-cache", "migrate", "nginx")
	for image, want := range first {
		require.Equal(t, want, contents(t, c, image), image)
	}
}

// contents returns the hash of each of our files in an image, by path.
func contents(t *testing.T, c *larder.Compose, image string) map[string]string {
	t.Helper()
	files := map[string]string{}
	c.Files(t, image, func(header *tar.Header, content io.Reader) {
		name := header.Name
		if header.Typeflag != tar.TypeReg || !regexp.MustCompile(`larder|^usr/share/nginx|^docker-entrypoint`).MatchString(name) {
			return
		}
		sum := sha256.New()
		_, err := io.Copy(sum, content)
		require.NoError(t, err)
		files[name] = fmt.Sprintf("%04o %d:%d %s", header.Mode, header.Uid, header.Gid, hex.EncodeToString(sum.Sum(nil)))
	})
	require.NotEmpty(t, files, image)
	return files
}

// bill looks for a package, and optionally its version, in an image's bill of materials.
func bill(t *testing.T, c *larder.Compose, image, name, version string) {
	t.Helper()
	var bill struct {
		Format     string `json:"bomFormat"` //nolint:tagliatelle // CycloneDX's spelling
		Components []struct {
			Name    string `json:"name"`
			Version string `json:"version"`
		} `json:"components"`
	}
	c.Files(t, image, func(header *tar.Header, content io.Reader) {
		if header.Name != "usr/share/doc/larder/sbom.json" {
			return
		}
		require.NoError(t, json.NewDecoder(content).Decode(&bill))
	})
	require.Equal(t, "CycloneDX", bill.Format, image)
	for _, component := range bill.Components {
		if component.Name == name && (version == "" || component.Version == version) {
			t.Logf("%s is made of %d packages", image, len(bill.Components))
			return
		}
	}
	require.FailNow(t, "not in the bill of materials", "%s %s of %s", name, version, image)
}

// module returns a module's version in go.mod.
func module(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(larder.Root(), "go.mod"))
	require.NoError(t, err)
	found := regexp.MustCompile(regexp.QuoteMeta(path) + ` (v\S+)`).FindStringSubmatch(string(text))
	require.NotNil(t, found, path)
	return found[1]
}
