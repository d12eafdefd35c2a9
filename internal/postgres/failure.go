package postgres

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// Codes of Postgres that aren't a whole class (appendix A of its manual).
const (
	serializationFailure  = "40001"
	deadlockDetected      = "40P01"
	lockNotAvailable      = "55P03"
	readOnlyTransaction   = "25006"
	queryCanceled         = "57014"
	uniqueViolation       = "23505"
	invalidCatalog        = "3D000"
	insufficientPrivilege = "42501"
)

// Retryable tells whether the same transaction may well succeed when it is run again from its beginning:
// it lost against another one, or the server was away for a moment before anything was sent. A
// connection that broke in the middle isn't in it: the commit may have happened.
func Retryable(err error) bool {
	var connectError *pgconn.ConnectError
	if errors.As(err, &connectError) {
		return Unavailable(err)
	}
	switch Code(err) {
	case serializationFailure, deadlockDetected, lockNotAvailable:
		return true
	case "":
		return pgconn.SafeToRetry(err)
	default:
		return false
	}
}

// Unavailable tells whether the database couldn't be asked (no connection could be made), or refuses work as a whole: it is away,
// starting, stopping, too slow, full, out of connections, or a standby that takes no writes. What it is
// asked for is all right, and may work elsewhere or later.
func Unavailable(err error) bool {
	if err == nil {
		return false
	}
	// Before the code: whatever the server gives as its reason, it wasn't asked anything.
	var connectError *pgconn.ConnectError
	if errors.As(err, &connectError) {
		return true
	}
	if code := Code(err); code != "" {
		return unavailableCode(code)
	}
	var netError net.Error
	return errors.As(err, &netError) ||
		errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, io.EOF) ||
		errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) ||
		strings.Contains(err.Error(), "conn closed") || // pgconn has no value for it
		pgconn.SafeToRetry(err)
}

func unavailableCode(code string) bool {
	switch code {
	case readOnlyTransaction, queryCanceled, lockNotAvailable, invalidCatalog:
		return true
	}
	switch code[:2] {
	case "08", // connection exception
		"28", // invalid authorization: a password that was changed, a host that isn't admitted
		"53", // insufficient resources: disk full, out of memory, too many connections
		"57", // operator intervention: shutting down, starting up
		"58": // system error outside Postgres
		return true
	}
	return false
}

// Conflict tells whether a row with the same unique key was there. constraint is the name of the
// constraint or index, "" for any.
func Conflict(err error, constraint string) bool {
	var pgError *pgconn.PgError
	if !errors.As(err, &pgError) || pgError.Code != uniqueViolation {
		return false
	}
	return constraint == "" || pgError.ConstraintName == constraint
}

// Code gives the five characters of Postgres' error code, "" where the error isn't from the server.
func Code(err error) string {
	var pgError *pgconn.PgError
	if errors.As(err, &pgError) && len(pgError.Code) == 5 {
		return pgError.Code
	}
	return ""
}
