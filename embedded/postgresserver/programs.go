package postgresserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

// programs are one version's server programs and the user they run as.
type programs struct {
	bin   string // folder of postgres and initdb
	major int
	user  runUser
}

// runUser is the user of the child processes. PostgreSQL refuses to run as root.
type runUser struct {
	namespaced bool                // as root: the same user under another id
	credential *syscall.Credential // as root without namespaces: another user
}

var versionLine = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// probe runs the programs in bin once to learn their major version, whether they run on this
// machine, and as which user. namespaces says whether root may try a user namespace.
func probe(ctx context.Context, bin string, namespaces bool) (programs, error) {
	if _, err := os.Stat(filepath.Join(bin, "initdb")); err != nil {
		return programs{}, fmt.Errorf("look for initdb: %w", err)
	}
	if os.Geteuid() != 0 {
		return probeAs(ctx, bin, runUser{})
	}
	if namespaces {
		if found, err := probeAs(ctx, bin, runUser{namespaced: true}); err == nil {
			return found, nil
		}
	}
	somebody, err := unprivileged()
	if err != nil {
		return programs{}, err
	}
	found, err := probeAs(ctx, bin, somebody)
	if err != nil {
		return programs{}, fmt.Errorf("%w (larder runs as root and this machine gives it no user namespace, so PostgreSQL runs "+
			"as user %d, who must be able to reach the programs and the data; or start larder as an ordinary user)",
			err, somebody.credential.Uid)
	}
	return found, nil
}

func probeAs(ctx context.Context, bin string, user runUser) (programs, error) {
	found := programs{bin: bin, user: user}
	version, err := found.run(ctx, "postgres", "--version")
	if err != nil {
		return programs{}, err
	}
	match := versionLine.FindStringSubmatch(version)
	if match == nil {
		return programs{}, fmt.Errorf("postgres --version in %s says %q, which isn't PostgreSQL", bin, strings.TrimSpace(version))
	}
	if found.major, err = strconv.Atoi(match[1]); err != nil {
		return programs{}, fmt.Errorf("read the version of %s: %w", filepath.Join(bin, "postgres"), err)
	}
	return found, nil
}

// unprivileged is the user that root switches to: PostgreSQL's own if it exists, else nobody.
func unprivileged() (runUser, error) {
	for _, name := range []string{"postgres", "nobody"} {
		account, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(account.Uid, 10, 32)
		if err != nil {
			continue
		}
		gid, err := strconv.ParseUint(account.Gid, 10, 32)
		if err != nil {
			continue
		}
		return runUser{credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
	}
	return runUser{}, errors.New("larder runs as root, PostgreSQL refuses to, and there is no user " +
		"\"postgres\" or \"nobody\" to run it as; start larder as an ordinary user")
}

// own gives the user ownership of a path and everything below it. It does nothing if the owner is
// already right, as on every start but the first.
func (u runUser) own(path string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	uid, gid := 0, os.Getegid()
	if u.credential != nil {
		uid, gid = int(u.credential.Uid), int(u.credential.Gid)
	}
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("look at the owner: %w", err)
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && int(stat.Uid) == uid {
		return nil
	}
	err = filepath.WalkDir(path, func(file string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(file, uid, gid) //nolint:gosec // a link is not followed
	})
	if err != nil {
		return fmt.Errorf("give %s to user %d: %w", path, uid, err)
	}
	return nil
}

// command prepares one of the programs with a minimal environment: PGDATA and the like would change
// its behaviour, and our secrets are none of its business.
func (p programs) command(name string, args ...string) *exec.Cmd {
	//nolint:gosec,noctx // the operator's PostgreSQL; a server outlives its start's context
	return p.prepare(exec.Command(filepath.Join(p.bin, name), args...))
}

// run runs one of the programs to its end and returns its output.
func (p programs) run(ctx context.Context, name string, args ...string) (string, error) {
	return p.runWith(ctx, nil, name, args...)
}

// runWith is run with input for the program.
func (p programs) runWith(ctx context.Context, input io.Reader, name string, args ...string) (string, error) {
	//nolint:gosec // the operator's PostgreSQL
	command := p.prepare(exec.CommandContext(ctx, filepath.Join(p.bin, name), args...))
	var output bytes.Buffer
	command.Stdin, command.Stdout, command.Stderr = input, &output, &output
	// As in spawn: the kernel ends the child when the thread that started it ends.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := command.Run(); err != nil {
		return "", fmt.Errorf("run %s: %w: %s", command.Path, err, strings.TrimSpace(output.String()))
	}
	return output.String(), nil
}

func (p programs) prepare(command *exec.Cmd) *exec.Cmd {
	command.Dir = "/" // a folder that every user can enter
	command.Env = []string{"LC_ALL=C", "TZ=UTC", "PATH=" + os.Getenv("PATH")}
	command.SysProcAttr = attributes()
	if p.user.namespaced {
		namespaced(command.SysProcAttr)
	}
	command.SysProcAttr.Credential = p.user.credential
	return command
}
