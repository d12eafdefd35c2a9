package attack

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// attaches puts a small file on one recipe after another.
func attaches(tb testing.TB, server *larder.Server, victim *larder.Client) act {
	tb.Helper()
	items := victim.Search(tb, "limit", "50").Items
	return act{"attach", func(n int) (larder.Answer, error) {
		content := fmt.Sprintf("note %d", n)
		return form(tb.Context(), server, victim, items[n%len(items)].ID, bytes.NewReader([]byte(content)))
	}}
}

// form sends a file like a browser's form, as its bytes arrive.
func form(ctx context.Context, server *larder.Server, cook *larder.Client, recipe string, content io.Reader) (larder.Answer, error) {
	reader, writer := io.Pipe()
	body := multipart.NewWriter(writer)
	go func() {
		part, err := body.CreateFormFile("file", "a.txt")
		if err == nil {
			_, err = io.Copy(part, content)
		}
		if err == nil {
			err = body.Close()
		}
		_ = writer.CloseWithError(err)
	}()
	defer reader.Close() // after an early answer the sender has nobody to send to
	return send(ctx, server, cook, http.MethodPost, "/api/recipes/"+recipe+"/files", reader, "Content-Type", body.FormDataContentType())
}

func send(ctx context.Context, server *larder.Server, cook *larder.Client, method, path string, body io.Reader, headers ...string) (larder.Answer, error) {
	request, err := http.NewRequestWithContext(ctx, method, server.URL()+path, body)
	if err != nil {
		return larder.Answer{}, err
	}
	request.Header.Set("Authorization", "Bearer "+cook.Token)
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return larder.Answer{}, err
	}
	defer response.Body.Close()
	answered, err := io.ReadAll(response.Body)
	return larder.Answer{Status: response.StatusCode, Header: response.Header, Body: answered}, err
}

// trickle returns a byte now and then, for as long as an attacker's request lasts.
type trickle struct {
	ctx  context.Context //nolint:containedctx // a reader has no other way to end
	left int
}

func (t *trickle) Read(into []byte) (int, error) {
	if t.left == 0 {
		return 0, io.EOF
	}
	t.left--
	select {
	case <-t.ctx.Done():
		return 0, t.ctx.Err()
	case <-time.After(time.Second):
		into[0] = 'x'
		return 1, nil
	}
}

// One person's unfinished uploads, and 30 more slow ones, keep nobody else's out.
func TestUnfinishedUploads(t *testing.T) {
	server := larder.Start(t)
	victim := cook(t, server)
	attacker := server.AddUser(t, "attacker")
	recipe, _ := attacker.Create(t, larder.Named("Film"))
	trial{
		attack: "30 at once: uploads that trickle, beside as many large ones as may be left unfinished",
		victim: []act{attaches(t, server, victim), reads(t, victim)},
		begin: func() {
			const size = 100 << 20
			encode := base64.StdEncoding.EncodeToString
			begun := 0
			for {
				answer, err := send(t.Context(), server, attacker, http.MethodPost, "/api/files/uploads", bytes.NewReader(make([]byte, 20<<20)),
					"Tus-Resumable", "1.0.0", "Upload-Length", strconv.Itoa(size), "Content-Type", "application/offset+octet-stream",
					"Upload-Metadata", "recipe "+encode([]byte(recipe.ID))+",filename "+encode([]byte("film.bin")))
				require.NoError(t, err)
				if answer.Status == http.StatusTooManyRequests {
					break
				}
				answer.Want(t, http.StatusCreated)
				begun++
			}
			require.Positive(t, begun)
		},
		atOnce: 30,
		strike: func(ctx context.Context, _, _ int) (larder.Answer, error) {
			return form(ctx, server, attacker, recipe.ID, &trickle{ctx: ctx, left: 5})
		},
	}.run(t)
}
