package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// retention says how long deleted recipes' text is kept.
type retention struct {
	Retention keptFor `env:"LARDER_RETENTION" default:"90d" placeholder:"DAYS" help:"Keep deleted recipes for (${default}); 0 for ever."`
}

// keptFor is a duration in days (90d), or in Go's format (2160h).
type keptFor time.Duration

const day = 24 * time.Hour

// leastKept leaves time for the views, and for undoing a deletion.
const leastKept = time.Hour

// UnmarshalText implements encoding.TextUnmarshaler.
func (k *keptFor) UnmarshalText(text []byte) error {
	kept, err := parseKept(string(text))
	if err != nil {
		return err
	}
	if kept < 0 || kept > 0 && kept < leastKept {
		return fmt.Errorf("%q is no time that a deleted recipe can be kept for: at least an hour, or 0 for ever", text)
	}
	*k = keptFor(kept)
	return nil
}

// String returns UnmarshalText's format.
func (k keptFor) String() string {
	switch kept := time.Duration(k); {
	case kept == 0:
		return "0"
	case kept%day == 0:
		return fmt.Sprintf("%dd", kept/day)
	default:
		return kept.String()
	}
}

func (k keptFor) sentence() string {
	if k == 0 {
		return "deleted recipes are kept for ever"
	}
	return fmt.Sprintf("deleted recipes are forgotten after %s (LARDER_RETENTION)", k)
}

func parseKept(text string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.Atoi(days)
		if err != nil || n > 100*365 {
			return 0, fmt.Errorf("%q is no number of days up to 100 years", text)
		}
		return time.Duration(n) * day, nil
	}
	kept, err := time.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("%q is no time: say it in days (90d) or hours (2160h), or 0 for ever", text)
	}
	return kept, nil
}
