package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/term"
)

// maxAnswer bounds the bytes read of an answer.
const maxAnswer = 1 << 10

// confirm asks before something irreversible. Without a terminal there is nobody to ask: a script
// means what it says.
func confirm(con console, question string) error {
	if !term.IsTerminal(int(con.in.Fd())) {
		return nil
	}
	fmt.Fprint(con.err, question, " [y/N] ")
	return agreed(con.in)
}

// agreed returns nil if the answer is yes. End of input means no.
func agreed(in io.Reader) error {
	answer, err := bufio.NewReader(io.LimitReader(in, maxAnswer)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the answer: %w", err)
	}
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return nil
	default:
		return errors.New("nothing was changed")
	}
}
