package list

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Kind is what an operation does.
type Kind string

// The kinds. Those that change parts name the parts that the person saw. Newer ones are untouched,
// so that a tick doesn't buy what nobody has read yet.
const (
	Add      Kind = "add"      // adds Text to the list as the part Parts[0]
	Edit     Kind = "edit"     // replaces the text of the part Parts[0]
	Tick     Kind = "tick"     // the parts are in the basket
	Untick   Kind = "untick"   // reverts the ticks Of
	Remove   Kind = "remove"   // removes the parts from the list
	Clear    Kind = "clear"    // removes those of the parts that are ticked
	Restore  Kind = "restore"  // reverts the removals Of
	Withdraw Kind = "withdraw" // removes all parts from Request
	Shelve   Kind = "shelve"   // Food belongs in Aisle from now on
	Place    Kind = "place"    // Food goes at Position from now on
	Arrange  Kind = "arrange"  // Aisles is the order of the aisles
)

// Operation is one action of a person on one device. Its id makes it idempotent.
//
// Operations of several devices are applied in the order in which the list receives them. Each
// names what it applies to, so that the order matters little. Two rules keep a ticked part ticked:
//
//   - An untick names the ticks that the person saw. A tick that it doesn't name stays.
//   - Only an untick reopens a ticked part; requesting the food again adds a new part.
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

// MaxText limits the text of one line, in characters.
const MaxText = 500

// Lengthens reports whether an operation may add to the list or to the known foods. Others are
// never refused for lack of room, so that a list that is too long can be shortened.
func (o Operation) Lengthens() bool {
	switch o.Kind {
	case Add, Restore, Shelve, Place:
		return true
	default:
		return false
	}
}

// Quota is TooMany's name in metrics and answers.
const Quota = "list_items"

// TooMany means an operation or feed request would exceed the list's limit.
type TooMany struct{ Limit int64 }

func (e *TooMany) Error() string {
	return fmt.Sprintf("the list has %d items or places of foods already", e.Limit)
}

// Invalid names the missing or wrong field of an operation.
type Invalid struct{ Field, Detail string }

func (e *Invalid) Error() string { return e.Field + " " + e.Detail }

// Check checks that the operation has what its kind needs. It returns *Invalid.
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

// checkNUL refuses NUL, the one character that PostgreSQL doesn't store.
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

// On returns a part as it is after the operation: unchanged if the operation doesn't concern it.
func (o Operation) On(p Part) Part {
	if !o.concerns(p) {
		return p
	}
	return o.Effect()(p)
}

// Effect returns a function that applies the operation to a part that it concerns. Creating it
// takes time proportional to the operation's length; calling it is cheap.
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
	default: // Add creates a part; the others concern foods and aisles
	}
	return p
}

func (o Operation) concerns(p Part) bool {
	if o.Kind == Withdraw {
		return p.Request == o.Request
	}
	return slices.Contains(o.Parts, p.ID)
}
