package main

import (
	"fmt"
	"os"
)

// completionCommand prints what a shell evaluates. The shell asks this program then, with the line in COMP_LINE, so that it
// always knows the commands of the version that is installed.
type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Help is what kong prints below the first line of --help.
func (completionCommand) Help() string {
	return `For this shell: eval "$(larder completion bash)", the same with zsh, or: larder completion fish | source. ` +
		"For every one to come, put that line into ~/.bashrc, ~/.zshrc or ~/.config/fish/config.fish."
}

// The scripts, with the program's path as a word of that shell.
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
	script, word := bashCompletion, shellWord(shellWord(program)) // the word is evaluated once more at each completion
	switch c.Shell {
	case "zsh":
		script = zshCompletion
	case "fish":
		script, word = fishCompletion, shellWord(program)
	}
	_, err = fmt.Fprintf(con.out, script, word)
	return err
}
