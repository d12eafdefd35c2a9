package ledger

import "time"

const (
	// UndoTime is how long what was deleted can be brought back with all that belonged to it.
	UndoTime = 30 * 24 * time.Hour
	// UndoMargin is how much longer it is kept: two machines may differ about the hour.
	UndoMargin = 24 * time.Hour
)
