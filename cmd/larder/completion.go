package main

import (
	"fmt"
	"os"
)

// completionCommand prints a script for the shell to evaluate. The shell then asks this program,
// with the line in COMP_LINE, so completion always matches the installed version.
type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Help returns what kong prints below the first line of --help.
func (completionCommand) Help() string {
	return `For this shell: eval "$(larder completion bash)", the same with zsh, or: larder completion fish | source. ` +
		"For every one to come, put that line into ~/.bashrc, ~/.zshrc or ~/.config/fish/config.fish."
}

// The scripts, with the program's path quoted for that shell.
const (
	bashCompletion = "complete -o default -o bashdefault -C %s larder\n"
	zshCompletion  = "(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }\n" +
		"autoload -Uz +X bashcompinit && bashcompinit\n" + bashCompletion
	fishCompletion = `function __larder_complete
    set -lx COMP_LINE (commandline -cp)
    test -z (commandline -ct)
    and set COMP_LINE "$COMP_LINE "
    %s
end
complete -c larder -e
complete -c larder -f -a "(__larder_complete)"
`
)

func (c completionCommand) Run(con console) error {
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	script, word := bashCompletion, shellWord(shellWord(program)) // each completion evaluates the word once more
	switch c.Shell {
	case "zsh":
		script = zshCompletion
	case "fish":
		script, word = fishCompletion, shellWord(program)
	}
	_, err = fmt.Fprintf(con.out, script, word)
	return err
}
