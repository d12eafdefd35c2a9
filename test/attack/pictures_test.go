package attack

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"testing"

	"larder.dev/internal/testkit/pictures"
	"larder.dev/test/larder"
)

// One person's most expensive pictures, allowed and beyond, delay nobody else's, nor anything else.
func TestPicturesThatCost(t *testing.T) {
	server := larder.Start(t)
	victim := cook(t, server)
	attacker := server.AddUser(t, "attacker")
	theirs, _ := attacker.Create(t, larder.Named("Bomb"))
	scans := pictures.JPEG{Width: 8192, Height: 7700, Components: 3, Progressive: true, MoreScans: 99}.Encode()
	for name, content := range map[string][]byte{
		"a progressive JPEG of 63 megapixels and 100 scans, to be turned": pictures.Turned(scans, 6),
		"a progressive JPEG of 2,500 scans":                               pictures.JPEG{Width: 4096, Height: 4096, Components: 3, Progressive: true, MoreScans: 2500}.Encode(),
		"a CMYK JPEG of 44 megapixels":                                    pictures.JPEG{Width: 8192, Height: 5400, Components: 4, Progressive: true}.Encode(),
		"a PNG of 67 megapixels, 16 bits, interlaced":                     pictures.PNG{Width: 8192, Height: 8192, Depth: 16, Interlaced: true}.Encode(),
	} {
		trial{
			attack: "8 at once: " + name,
			victim: []act{puts(t, victim), reads(t, victim), searches(victim)},
			atOnce: 8,
			strike: func(_ context.Context, attacker0, n int) (larder.Answer, error) {
				return put(attacker, theirs.ID, fmt.Appendf(bytes.Clone(content), "%d %d", attacker0, n))
			},
		}.run(t)
	}
}

// puts attaches a new photo each time, and removes it from the recipe again.
func puts(tb testing.TB, victim *larder.Client) act {
	tb.Helper()
	recipe, _ := victim.Create(tb, larder.Named("Photographed"))
	photo := pictures.Photo(2000, 1500)
	return act{"picture", func(n int) (larder.Answer, error) {
		return put(victim, recipe.ID, fmt.Appendf(bytes.Clone(photo), "%d %s", n, tb.Name()))
	}}
}

// put attaches a picture, and removes it if it was accepted. Bytes after a picture's end aren't
// read, and make it a different file.
func put(client *larder.Client, recipe string, content []byte) (larder.Answer, error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "picture")
	if err != nil {
		return larder.Answer{}, err
	}
	_, _ = part.Write(content) // writes to memory
	_ = form.Close()
	answer, err := client.Try(larder.Request{
		Method: http.MethodPost, Path: "/api/recipes/" + recipe + "/files", Body: body.Bytes(),
		Headers: []string{"Content-Type", form.FormDataContentType()},
	})
	if err != nil || answer.Status != http.StatusCreated {
		return answer, err
	}
	var file larder.File
	if err := json.Unmarshal(answer.Body, &file); err != nil {
		return larder.Answer{}, err
	}
	_, err = client.Try(larder.Request{Method: http.MethodDelete, Path: "/api/files/" + file.ID})
	return answer, err
}
