package projectors

import (
	"context"
	"errors"

	"larder.dev/events"
)

// verdict is what to do about an error of decoding or applying an event.
type verdict int

const (
	again verdict = iota // temporary: retry in place
	skip                 // of an unknown type: count it and go on
	park                 // can never be applied: record it with its reason and go on
	stop                 // of an unknown version: a newer writer is active
)

// judge checks for the worst first: what must stop the projection may not be parked along with
// something else.
func judge(err error) verdict {
	switch {
	case errors.Is(err, events.ErrUnknownVersion):
		return stop
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return again
	case errors.Is(err, events.ErrUnknownType):
		return skip
	case errors.Is(err, events.ErrMalformed), errors.Is(err, ErrImpossible):
		return park
	default:
		return again
	}
}
