package commandhttp

import (
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"larder.dev/command-api/internal/command"
	"larder.dev/internal/bulkhead"
	"larder.dev/internal/fulldisk"
	"larder.dev/internal/httpserver"
	"larder.dev/internal/identity"
	"larder.dev/internal/ledger"
	"larder.dev/internal/postgres"
	"larder.dev/internal/readyourwrites"
	"larder.dev/internal/redis"
	"larder.dev/internal/topology"
	"larder.dev/recipe"
)

const retryAfter = 2 * time.Second

// answer writes a command's outcome, after storing the marks that let the caller's next read see
// the write.
func (a *api) answer(c *gin.Context, outcome command.Outcome, err error) {
	if err == nil {
		a.note(c, outcome)
	}
	a.reply(c, outcome, err)
}

// reply writes an outcome without storing a mark. Commands that change no recipe call it directly:
// their mark would replace the last write's, and searches would no longer wait for that write.
func (a *api) reply(c *gin.Context, outcome command.Outcome, err error) {
	if err != nil {
		a.fail(c, err)
		return
	}
	header := c.Writer.Header()
	for name, value := range outcome.Answer.Header {
		header.Set(name, value)
	}
	if outcome.Replayed {
		header.Set("Idempotent-Replayed", "true")
	}
	c.Status(outcome.Answer.Status)
	if len(outcome.Answer.Body) == 0 {
		c.Writer.WriteHeaderNow()
		return
	}
	_, _ = c.Writer.Write(outcome.Answer.Body) // if the caller is gone, the command is still done
}

// note stores the marks. Without them only reads with the header are fresh, so a failure here
// doesn't fail the command.
func (a *api) note(c *gin.Context, outcome command.Outcome) {
	if outcome.Change == 0 {
		return
	}
	written, err := readyourwrites.Parse(outcome.Answer.Header["Larder-After"])
	if err == nil {
		err = a.Marks.Note(c.Request.Context(), identity.UserFrom(c).ID, outcome.Change, written)
	}
	if err != nil {
		a.Log.WarnContext(c.Request.Context(), "note a write", "request", httpserver.RequestID(c), "error", err)
	}
}

// fail maps every error to its answer, for all handlers.
func (a *api) fail(c *gin.Context, err error) {
	var (
		problem httpserver.Problem
		invalid recipe.Invalid
	)
	switch {
	case errors.As(err, &problem):
		httpserver.WriteProblem(c, problem)
	case errors.As(err, &invalid):
		httpserver.WriteProblem(c, invalidProblem(invalid))
	case errors.Is(err, recipe.ErrTooLarge):
		httpserver.WriteProblem(c, httpserver.Problem{
			Status: http.StatusRequestEntityTooLarge, Detail: "The recipe is too large.",
			Extra: map[string]any{"limit": recipe.MaxKept},
		})
	case errors.Is(err, command.ErrTooManyRecipes):
		a.Throttle.CountQuota("recipes")
		httpserver.WriteProblem(c, httpserver.QuotaProblem("recipes", "recipes", a.MaxRecipes))
	case errors.Is(err, ledger.ErrKeyReused):
		httpserver.WriteProblem(c, httpserver.Problem{
			Status: http.StatusUnprocessableEntity,
			Detail: "The Idempotency-Key was used for another request. Take a new key for each command.",
			Errors: []httpserver.FieldError{{Field: "Idempotency-Key", Detail: "was used for another request"}},
		})
	case errors.Is(err, ledger.ErrAnswerGone):
		httpserver.WriteProblem(c, httpserver.TextGone(
			"The command with this Idempotency-Key was done, and the text of its answer is deleted by now."))
	case errors.Is(err, ledger.ErrNoUser):
		httpserver.WriteProblem(c, httpserver.Problem{
			Status: http.StatusUnauthorized, Detail: "The account of this session doesn't exist any more.",
		})
	case errors.Is(err, bulkhead.ErrBusy):
		httpserver.WriteBusy(c, "Too many of your writes are under way. Wait for some to be answered.")
	case postgres.DiskFull(err), fulldisk.Is(err):
		a.Log.WarnContext(c.Request.Context(), "a write is refused: a disk is full", "request", httpserver.RequestID(c), "error", err)
		httpserver.WriteDiskFull(c, "There is no room for more. Nothing was changed, and what is there can be read.")
	case unavailable(err):
		a.Log.WarnContext(c.Request.Context(), "a store can't be asked", "request", httpserver.RequestID(c), "error", err)
		httpserver.WriteUnavailable(c, "A store that is needed can't be asked just now.", retryAfter)
	default:
		a.Log.ErrorContext(c.Request.Context(), "a command failed", "request", httpserver.RequestID(c), "error", err)
		httpserver.WriteProblem(c, httpserver.Problem{Status: http.StatusInternalServerError, Detail: "The command failed."})
	}
}

func unavailable(err error) bool {
	return errors.Is(err, redis.ErrUnavailable) || postgres.Passing(err) || errors.Is(err, topology.ErrNotConfirmed)
}

func invalidProblem(invalid recipe.Invalid) httpserver.Problem {
	fields := make([]httpserver.FieldError, len(invalid))
	for i, f := range invalid {
		fields[i] = httpserver.FieldError{Field: f.Field, Detail: f.Detail}
	}
	return httpserver.Problem{
		Status: http.StatusUnprocessableEntity,
		Detail: "A field is wrong: " + fields[0].Field + " " + fields[0].Detail + ".",
		Errors: fields,
	}
}
