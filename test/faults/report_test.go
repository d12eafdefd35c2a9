package faults_test

import (
	"fmt"
	"strings"
	"text/tabwriter"
)

// finding is one deviation from what was acknowledged.
type finding struct {
	kind kind
	what string
}

type kind string

const (
	lost  kind = "lost"  // acknowledged, but missing in a place
	twice kind = "twice" // done more than once
	half  kind = "half"  // partly there, or never requested
)

// findings are collected, not just the first, since one fault shows in several places.
type findings []finding

func (f *findings) addf(k kind, format string, args ...any) {
	*f = append(*f, finding{kind: k, what: fmt.Sprintf(format, args...)})
}

// equalf records a difference between what was acknowledged and what is there.
func equalf[T comparable](f *findings, want, got T, format string, args ...any) {
	if want != got {
		f.addf(half, "%s: %v, want %v", fmt.Sprintf(format, args...), got, want)
	}
}

// dishf records an unexpected state of a recipe. An older version means a lost write.
func (f *findings) dishf(want, got dish, format string, args ...any) {
	if got.version < want.version {
		f.addf(lost, "%s: %+v, want %+v", fmt.Sprintf(format, args...), got, want)
		return
	}
	equalf(f, want, got, format, args...)
}

// oncef records what isn't there exactly once.
func (f *findings) oncef(times int, format string, args ...any) {
	switch {
	case times < 1:
		f.addf(lost, format, args...)
	case times > 1:
		f.addf(twice, format+", %d times", append(args, times)...)
	}
}

// report is printed at the end.
type report struct {
	rounds, kills int
	found         map[kind]int
}

func (r *report) add(found findings) {
	if r.found == nil {
		r.found = map[kind]int{}
	}
	for _, f := range found {
		r.found[f.kind]++
	}
}

func (r *report) table(k *kitchen) string {
	sum := k.count()
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, line := range []struct {
		name  string
		count int
	}{
		{"rounds", r.rounds},
		{"kills", r.kills},
		{"requests", sum.sent},
		{"acknowledged", sum.acknowledged},
		{"refused", sum.refused},
		{"unanswered", sum.unanswered},
		{"of these done", sum.done},
		{"sessions opened", len(k.guest.open)},
		{"sessions ended", len(k.guest.ended)},
		{"lost", r.found[lost]},
		{"twice", r.found[twice]},
		{"half done", r.found[half]},
	} {
		_, _ = fmt.Fprintf(w, "%s\t%d\t\n", line.name, line.count)
	}
	_ = w.Flush()
	return "\n" + text.String()
}
