package queryhttp

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"larder.dev/exporter"
	"larder.dev/internal/httpserver"
	"larder.dev/internal/identity"
)

// exportSilence is how long a caller may take nothing of an export.
const exportSilence = 30 * time.Second

// ExportRecipes streams all of the caller's recipes. It begins to answer once the first of them
// have been read, so that a database that is down is still answered as such.
func (h *Handlers) ExportRecipes(c *gin.Context, params ExportRecipesParams) {
	format := exporter.Format(valueOr(params.Format, Larder))
	end := httpserver.LongLived(c)
	defer end()
	ctx, user, token := c.Request.Context(), identity.UserFrom(c).ID, identity.TokenFrom(c)
	page, source, err := h.Recipes.Page(ctx, user, "")
	if err != nil {
		h.fail(c, err)
		return
	}
	pictures := exporter.Pictures(exporter.NoPictures{})
	if h.Pictures != nil {
		pictures = h.Pictures(user)
	}
	h.served(c, string(source))
	header := c.Writer.Header()
	header.Set("Content-Type", format.MediaType())
	header.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": "recipes" + format.Extension()}))
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no") // else nginx keeps what a slow caller hasn't taken on its disk
	out, err := exporter.New(format, &impatient{c.Writer}, pictures)
	for err == nil && len(page) > 0 {
		for _, r := range page {
			if err = errors.Join(err, out.Recipe(ctx, r)); err != nil {
				break
			}
		}
		if err != nil {
			break
		}
		if _, err = h.Sessions.Verify(ctx, token); err == nil {
			page, _, err = h.Recipes.Page(ctx, user, page[len(page)-1].ID)
		}
	}
	if err == nil {
		err = out.Close()
	}
	if err != nil {
		if ctx.Err() == nil && !errors.Is(err, identity.ErrNoSession) && !errors.Is(err, errGone) {
			h.Log.WarnContext(c, "an export broke off", "user", user, "format", format, "error", err)
		}
		panic(http.ErrAbortHandler) // the status is sent, and only a broken connection tells that this isn't all
	}
}

var errGone = errors.New("the caller is gone")

// impatient gives up on a caller who takes nothing for a while.
type impatient struct{ gin.ResponseWriter }

func (w *impatient) Write(content []byte) (int, error) {
	_ = http.NewResponseController(w.ResponseWriter).SetWriteDeadline(time.Now().Add(exportSilence))
	n, err := w.ResponseWriter.Write(content)
	if err != nil {
		return n, fmt.Errorf("%w: %w", errGone, err)
	}
	return n, nil
}
