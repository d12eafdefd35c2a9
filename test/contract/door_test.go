package contract_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// answerAfterAll sends a whole request before it reads the answer, as simple clients do.
func answerAfterAll(t *testing.T, s *larder.Server, head, body string) (int, string) {
	t.Helper()
	dialer := net.Dialer{Timeout: 10 * time.Second}
	conn, err := dialer.DialContext(context.Background(), "tcp", strings.TrimPrefix(s.URL(), "http://"))
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	require.NoError(t, conn.SetDeadline(time.Now().Add(30*time.Second)))
	_, err = io.WriteString(conn, head+"\r\n"+body)
	require.NoError(t, err, head)
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err, head)
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err, head)
	return answer.StatusCode, string(text)
}

func head(lines ...string) string { return strings.Join(append(lines, ""), "\r\n") }

// A page whose own name resolves to a larder at home gets nothing from it, from no component. The
// refusal names the setting that admits a name.
func TestOnlyKnownNames(t *testing.T) {
	t.Parallel()
	s := larder.Start(t, "LARDER_ORIGIN=https://larder.example", "LARDER_HOSTS=pantry.home,*.lan")
	for _, path := range []string{"/", "/api/session", "/grocery/", "/files/x", "/metrics", "/readyz"} {
		for host, known := range map[string]bool{
			"evil.example": false, "larder.example.evil.example": false, "lan": false,
			"localhost": true, "192.168.4.7:8080": true, "larder.example": true, "pantry.home:8080": true, "kitchen.lan": true,
		} {
			status, text := answerAfterAll(t, s, head("GET "+path+" HTTP/1.1", "Host: "+host, "Connection: close"), "")
			if known {
				require.NotEqual(t, http.StatusMisdirectedRequest, status, "%s %s", host, path)
				continue
			}
			require.Equal(t, http.StatusMisdirectedRequest, status, "%s %s", host, path)
			require.Contains(t, text, "LARDER_HOSTS")
		}
	}
}

// Metrics aren't available through a proxy, unless with the token.
func TestMetricsAreNotForStrangers(t *testing.T) {
	t.Parallel()
	s := larder.Start(t, "LARDER_METRICS_TOKEN=a token for prometheus")
	stranger := larder.NewClient(s.URL())
	stranger.Do(t, http.MethodGet, "/metrics", nil, "X-Forwarded-For", "203.0.113.9").Want(t, http.StatusUnauthorized).Problem(t)
	stranger.Do(t, http.MethodGet, "/metrics", nil, "X-Forwarded-For", "203.0.113.9", "Authorization", "Bearer a token for prometheus").
		Want(t, http.StatusOK)
	stranger.Do(t, http.MethodGet, "/metrics", nil).Want(t, http.StatusOK)
}

// A body over the limit gets a 413 that arrives, from every component, whether its length is
// declared or not.
func TestTooLargeIsHeard(t *testing.T) {
	t.Parallel()
	s := larder.Start(t, "LARDER_MAX_FILE_SIZE=1000000")
	ada := s.AddUser(t, "ada", "--grocery")
	recipe, _ := ada.Create(t, larder.Named("Soup"))
	large := strings.Repeat("x", 12<<20) // more than the system's buffers
	form := "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.bin\"\r\n\r\n" + large + "\r\n--b--\r\n"
	for _, c := range []struct{ method, path, kind, body string }{
		{"POST", "/api/recipes", "application/json", `{"name":"` + large + `"}`},
		{"PUT", "/api/recipes/" + recipe.ID, "application/json", `{"name":"` + large + `"}`},
		{"POST", "/api/ingredients/parse", "application/json", `{"lines":["` + large + `"]}`},
		{"POST", "/grocery/api/operations", "application/json", `{"operations":["` + large + `"]}`},
		{"POST", "/api/recipes/" + recipe.ID + "/files", "multipart/form-data; boundary=b", form},
	} {
		lines := []string{
			c.method + " " + c.path + " HTTP/1.1", "Host: localhost", "Authorization: Bearer " + ada.Token, "Content-Type: " + c.kind,
		}
		status, text := answerAfterAll(t, s, head(append(lines, fmt.Sprintf("Content-Length: %d", len(c.body)))...), c.body)
		require.Equal(t, http.StatusRequestEntityTooLarge, status, "%s %s", c.path, text)
		status, text = answerAfterAll(t, s, head(append(lines, "Transfer-Encoding: chunked")...), chunked(c.body))
		require.Equal(t, http.StatusRequestEntityTooLarge, status, "%s in chunks %s", c.path, text)
	}
}

func chunked(body string) string {
	var out bytes.Buffer
	for body != "" {
		n := min(len(body), 1<<20)
		fmt.Fprintf(&out, "%x\r\n%s\r\n", n, body[:n])
		body = body[n:]
	}
	return out.String() + "0\r\n\r\n"
}

// 1.0 is accepted as an integer, JSON's media type in any case, and a number that would overflow to
// infinity is refused by field.
func TestNumbersOfJSON(t *testing.T) {
	t.Parallel()
	s := larder.Start(t)
	ada := s.AddUser(t, "ada", "--grocery")
	raw := func(method, path, body string) (int, string) {
		return answerAfterAll(t, s, head(method+" "+path+" HTTP/1.1", "Host: localhost", "Authorization: Bearer "+ada.Token,
			"Content-Type: APPLICATION/JSON; Charset=UTF-8", fmt.Sprintf("Content-Length: %d", len(body))), body)
	}
	status, text := raw("POST", "/api/recipes", `{"name":"Soup","servings":4.0,"prep_minutes":10.0,"cook_minutes":2e1,
		"ingredients":[{"quantity":1000000000,"unit":"g","name":"salt"},{"text":"pepper"}]}`)
	require.Equal(t, http.StatusCreated, status, text)
	require.Contains(t, text, `"prep_minutes":10`)
	found := ada.Do(t, http.MethodGet, "/api/recipes?q=soup", nil).Want(t, http.StatusOK)
	_, rest, _ := strings.Cut(string(found.Body), `"id":"`)
	id, _, _ := strings.Cut(rest, `"`)
	status, text = raw("POST", "/api/recipes/"+id+"/restore", `{"version":1.0}`)
	require.Less(t, status, 300, text)
	status, text = raw("POST", "/api/recipes/"+id+"/grocery", `{"servings":8.0,"ingredients":[0.0,1e0]}`)
	require.Equal(t, http.StatusAccepted, status, text)

	for body, field := range map[string]string{
		`{"name":"a","servings":5e-324}`:                                              `"servings"`,
		`{"name":"a","servings":1e-300,"ingredients":[{"text":"1000000000 g salt"}]}`: `"servings"`,
		`{"name":"a","prep_minutes":1e300}`:                                           `"prep_minutes"`,
		`{"name":"a","prep_minutes":1.5}`:                                             `"prep_minutes"`,
		`{"name":"a","ingredients":[{"name":"salt","quantity":1e308}]}`:               `"ingredients[0].quantity"`,
	} {
		status, text := raw("POST", "/api/recipes", body)
		require.Equal(t, http.StatusUnprocessableEntity, status, "%s %s", body, text)
		require.Contains(t, text, field, body)
	}
	for body, field := range map[string]string{
		`{"name":"a","prep_minutes":1e400}`:                              `"prep_minutes"`,
		`{"name":"a","ingredients":[{"name":"salt","quantity":-1e999}]}`: `"ingredients[0].quantity"`,
	} {
		status, text := raw("POST", "/api/recipes", body)
		require.Equal(t, http.StatusBadRequest, status, "%s %s", body, text)
		require.Contains(t, text, field, body)
	}
	for _, servings := range []string{"5e-324", "1e-320", "1e308"} {
		status, text := raw("POST", "/api/recipes/"+id+"/grocery", `{"servings":`+servings+`}`)
		require.Equal(t, http.StatusUnprocessableEntity, status, text)
		require.Contains(t, text, `"servings"`)
	}
}
