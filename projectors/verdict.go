package projectors

import (
	"context"
	"errors"

	"larder.dev/events"
)

// verdict is what an error of reading or applying an event means for it.
type verdict int

const (
	retry verdict = iota // passing: try again in place
	skip                 // of a type that this build doesn't know: count it and go on
	park                 // can never be applied: put it aside with its reason and go on
	stop                 // of a version that this build doesn't know: a newer writer is at work
)

// judge looks at the worst first: what must stop the projection may not be parked with something else.
func judge(err error) verdict {
	switch {
	case errors.Is(err, events.ErrUnknownVersion):
		return stop
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return retry
	case errors.Is(err, events.ErrUnknownType):
		return skip
	case errors.Is(err, events.ErrMalformed), errors.Is(err, ErrImpossible):
		return park
	default:
		return retry
	}
}
