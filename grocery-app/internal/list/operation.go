package list

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Kind is what an operation does.
type Kind string

// The kinds. Those that change parts name them as the person saw them: what came meanwhile is untouched,
// so that a tick doesn't buy what nobody had read yet.
const (
	Add      Kind = "add"      // puts Text on the list as the part Parts[0]
	Edit     Kind = "edit"     // writes Text over the part Parts[0]
	Tick     Kind = "tick"     // the parts are in the basket
	Untick   Kind = "untick"   // takes the ticks Of back
	Remove   Kind = "remove"   // takes the parts off the list
	Clear    Kind = "clear"    // takes those of the parts off that are ticked
	Restore  Kind = "restore"  // takes the removals Of back
	Withdraw Kind = "withdraw" // takes off all that Request asked for
	Shelve   Kind = "shelve"   // Food is found in Aisle from now on
	Place    Kind = "place"    // Food stands at Position from now on
	Arrange  Kind = "arrange"  // Aisles is the order of the aisles
)

// Operation is one thing that a person did on one device. Its id makes it count once, however often it is
// sent.
//
// Operations of several devices are applied in the order in which the list received them, and each names
// what it is about, so that the order matters little. Two rules keep a ticked part ticked:
//
//   - An untick names the ticks that its person saw. A tick that it didn't see stays.
//   - Nothing but an untick makes a ticked part open; what is asked for again is a new part.
type Operation struct {
	ID       string   `json:"id"`
	Kind     Kind     `json:"kind"`
	Parts    []string `json:"parts,omitempty"`
	Of       []string `json:"of,omitempty"` // ids of operations
	Text     string   `json:"text,omitempty"`
	Request  string   `json:"request,omitempty"`
	Food     string   `json:"food,omitempty"`
	Aisle    string   `json:"aisle,omitempty"`
	Position *float64 `json:"position,omitempty"`
	Aisles   []string `json:"aisles,omitempty"`
}

// MaxText bounds what is written on one line, in characters.
const MaxText = 500

// Lengthens tells whether an operation may leave more on the list, or known of foods, than there was. One that doesn't is
// never refused for want of room, so that a list that is too long can be made shorter.
func (o Operation) Lengthens() bool {
	switch o.Kind {
	case Add, Restore, Shelve, Place:
		return true
	default:
		return false
	}
}

// Quota names what TooMany is about, in metrics and answers.
const Quota = "list_items"

// TooMany is the error of an operation, or of a request of the feed, that would put more on a list than it may have.
type TooMany struct{ Limit int64 }

func (e *TooMany) Error() string {
	return fmt.Sprintf("the list has %d items or places of foods already", e.Limit)
}

// Invalid says which field of an operation is missing or wrong.
type Invalid struct{ Field, Detail string }

func (e *Invalid) Error() string { return e.Field + " " + e.Detail }

// Check tells whether the operation has what its kind needs. The error is *Invalid.
func (o Operation) Check() error {
	if err := o.checkNUL(); err != nil {
		return err
	}
	switch o.Kind {
	case Add, Edit:
		if len(o.Parts) != 1 {
			return &Invalid{"parts", "must name one part"}
		}
		return checkText(o.Text)
	case Tick, Remove, Clear:
		return need("parts", len(o.Parts) > 0)
	case Untick, Restore:
		if len(o.Parts) == 0 {
			return need("parts", false)
		}
		return need("of", len(o.Of) > 0)
	case Withdraw:
		return need("request", o.Request != "")
	case Shelve:
		if o.Food == "" {
			return need("food", false)
		}
		return need("aisle", o.Aisle != "")
	case Place:
		if o.Food == "" {
			return need("food", false)
		}
		return need("position", o.Position != nil)
	case Arrange:
		return need("aisles", len(o.Aisles) > 0)
	default:
		return &Invalid{"kind", fmt.Sprintf("can't be %q", o.Kind)}
	}
}

// checkNUL refuses the one character that no database takes.
func (o Operation) checkNUL() error {
	for field, texts := range map[string][]string{
		"parts": o.Parts, "of": o.Of, "text": {o.Text}, "food": {o.Food}, "aisle": {o.Aisle}, "aisles": o.Aisles,
	} {
		if strings.Contains(strings.Join(texts, ""), "\x00") {
			return &Invalid{field, "has a NUL character in it"}
		}
	}
	return nil
}

func need(field string, there bool) error {
	if there {
		return nil
	}
	return &Invalid{field, "is missing"}
}

func checkText(text string) error {
	switch {
	case strings.TrimSpace(text) == "":
		return &Invalid{"text", "is blank"}
	case utf8.RuneCountInString(text) > MaxText:
		return &Invalid{"text", fmt.Sprintf("has more than %d characters", MaxText)}
	default:
		return nil
	}
}

// On gives a part as it is after the operation. A part that the operation is not about comes back as it was.
func (o Operation) On(p Part) Part {
	if !o.concerns(p) {
		return p
	}
	return o.Effect()(p)
}

// Effect gives what the operation makes of a part that it is about. To make it costs as much as the operation is long,
// and to use it next to nothing.
func (o Operation) Effect() func(Part) Part {
	of := make(map[string]bool, len(o.Of))
	for _, id := range o.Of {
		of[id] = true
	}
	return func(p Part) Part { return o.on(p, of) }
}

func (o Operation) on(p Part, of map[string]bool) Part {
	switch o.Kind {
	case Edit:
		p = p.written(o.Text)
	case Tick:
		if p.Ticked == "" {
			p.Ticked = o.ID
		}
	case Untick:
		if of[p.Ticked] {
			p.Ticked = ""
		}
	case Remove, Withdraw:
		if p.Removed == "" {
			p.Removed = o.ID
		}
	case Clear:
		if p.Removed == "" && p.Ticked != "" {
			p.Removed = o.ID
		}
	case Restore:
		if of[p.Removed] {
			p.Removed = ""
		}
	default: // Add makes a part, and the others are about foods and aisles
	}
	return p
}

func (o Operation) concerns(p Part) bool {
	if o.Kind == Withdraw {
		return p.Request == o.Request
	}
	return slices.Contains(o.Parts, p.ID)
}
