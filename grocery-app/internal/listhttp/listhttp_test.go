package listhttp

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"
)

// A transaction that lost to another one is the caller's to send again, not a fault of ours.
func TestALostTransactionMayBeSentAgain(t *testing.T) {
	t.Parallel()
	recorder := httptest.NewRecorder()
	c, _ := gin.CreateTestContext(recorder)
	c.Request = httptest.NewRequest(http.MethodPatch, "/api/list", nil)
	(&Handlers{Log: slog.New(slog.DiscardHandler)}).fail(c, &pgconn.PgError{Code: "40P01"}) // deadlock detected
	require.Equal(t, http.StatusServiceUnavailable, recorder.Code)
	require.NotEmpty(t, recorder.Header().Get("Retry-After"))
}
