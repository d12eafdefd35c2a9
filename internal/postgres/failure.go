package postgres

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// Postgres error codes that aren't a whole class (appendix A of its manual).
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

// Retryable reports whether the same transaction may well succeed if rerun from its beginning: it
// lost to another one, or the server was briefly unreachable before anything was sent. This
// excludes a connection that broke midway: the commit may have happened.
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

// Unavailable reports whether the database was unreachable (no connection) or refuses all work: it
// is down, starting, stopping, too slow, full, out of connections, or a read-only standby. The
// request is fine, and may succeed elsewhere or later.
func Unavailable(err error) bool {
	if err == nil {
		return false
	}
	// Check this before the code: whatever reason the server gives, no query reached it.
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
		"28", // invalid authorization: a changed password, a host that isn't admitted
		"53", // insufficient resources: disk full, out of memory, too many connections
		"57", // operator intervention: shutting down, starting up
		"58": // system error outside Postgres
		return true
	}
	return false
}

// Passing reports whether the same request may succeed later: the database is unreachable or busy,
// the transaction lost to another one, or time ran out. An API answers it with 503.
func Passing(err error) bool {
	return Unavailable(err) || Retryable(err) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// Conflict reports whether a row with the same unique key existed. constraint is the name of the
// constraint or index, "" for any.
func Conflict(err error, constraint string) bool {
	var pgError *pgconn.PgError
	if !errors.As(err, &pgError) || pgError.Code != uniqueViolation {
		return false
	}
	return constraint == "" || pgError.ConstraintName == constraint
}

// Code returns Postgres' five-character error code, "" if the error isn't from the server.
func Code(err error) string {
	var pgError *pgconn.PgError
	if errors.As(err, &pgError) && len(pgError.Code) == 5 {
		return pgError.Code
	}
	return ""
}
