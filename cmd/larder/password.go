package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/term"
)

// maxPasswordLine bounds the bytes read from standard input.
const maxPasswordLine = 64 << 10

// readPassword asks twice on a terminal; with fromStdin it reads the first line of standard input.
func readPassword(con console, fromStdin bool) (string, error) {
	if fromStdin {
		return firstLine(con.in)
	}
	if !term.IsTerminal(int(con.in.Fd())) {
		return "", usageError{"there is no terminal to ask for the password: use --password-stdin"}
	}
	first, err := ask(con, "Password: ")
	if err != nil {
		return "", err
	}
	second, err := ask(con, "Again: ")
	if err != nil {
		return "", err
	}
	if first != second {
		return "", errors.New("the two passwords differ; nothing was changed")
	}
	return first, nil
}

func firstLine(in io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(in, maxPasswordLine)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the password: %w", err)
	}
	line = strings.TrimRight(line, "\r\n")
	if line == "" {
		return "", errors.New("standard input has no password")
	}
	return line, nil
}

func ask(con console, prompt string) (string, error) {
	fmt.Fprint(con.err, prompt)
	raw, err := term.ReadPassword(int(con.in.Fd()))
	fmt.Fprintln(con.err)
	if err != nil {
		return "", fmt.Errorf("read the password: %w", err)
	}
	return string(raw), nil
}
