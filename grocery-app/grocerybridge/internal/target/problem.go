package target

import "errors"

// What can be wrong with a target, so that it takes no event at all. A person has to mend all but the first.
var (
	ErrUnauthorized = errors.New("the target refuses the credentials")
	ErrNotThere     = errors.New("the target knows no such list or address")
	ErrIncapable    = errors.New("the list can't do what the bridge needs")
)

// Problem is what is wrong with a target, in a word for metrics and probes.
type Problem string

// The problems.
const (
	None         Problem = ""
	Away         Problem = "away"
	Unauthorized Problem = "unauthorized"
	NotThere     Problem = "not there"
	Incapable    Problem = "incapable"
)

// Problems lists those that there can be.
func Problems() []Problem { return []Problem{Away, Unauthorized, NotThere, Incapable} }

// ProblemOf tells what an error of a target says of the target. A refused event says nothing of it.
func ProblemOf(err error) Problem {
	switch {
	case err == nil, errors.Is(err, ErrRefused):
		return None
	case errors.Is(err, ErrUnauthorized):
		return Unauthorized
	case errors.Is(err, ErrNotThere):
		return NotThere
	case errors.Is(err, ErrIncapable):
		return Incapable
	default:
		return Away
	}
}
