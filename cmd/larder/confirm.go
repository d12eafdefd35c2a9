package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/term"
)

// maxAnswer bounds what is read of an answer, in bytes.
const maxAnswer = 1 << 10

// confirm asks before what can't be undone. Where there is no terminal there is nobody to ask: a script means what it says.
func confirm(con console, question string) error {
	if !term.IsTerminal(int(con.in.Fd())) {
		return nil
	}
	fmt.Fprint(con.err, question, " [y/N] ")
	return agreed(con.in)
}

// agreed is nil where the answer is yes. The end of the input is no.
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
