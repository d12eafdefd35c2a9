package target

import "errors"

// Problems that keep a target from accepting any event. All but the first need a person.
var (
	ErrUnauthorized = errors.New("the target refuses the credentials")
	ErrNotThere     = errors.New("the target knows no such list or address")
	ErrIncapable    = errors.New("the list can't do what the bridge needs")
)

// Problem is a target's problem, in one word for metrics and probes.
type Problem string

// The problems.
const (
	None         Problem = ""
	Away         Problem = "away"
	Unauthorized Problem = "unauthorized"
	NotThere     Problem = "not there"
	Incapable    Problem = "incapable"
)

// Problems lists all possible problems.
func Problems() []Problem { return []Problem{Away, Unauthorized, NotThere, Incapable} }

// ProblemOf returns the target's problem that an error implies. A refused event implies none.
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
