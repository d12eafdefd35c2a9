package check

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rhysd/actionlint"
	"github.com/stretchr/testify/require"
)

func workflows(tb testing.TB) map[string]*actionlint.Workflow {
	tb.Helper()
	files, err := filepath.Glob(filepath.Join(root(tb), ".github", "workflows", "*.yml"))
	require.NoError(tb, err)
	found := map[string]*actionlint.Workflow{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(tb, err)
		workflow, problems := actionlint.Parse(text)
		require.Empty(tb, problems, file)
		found[strings.TrimSuffix(filepath.Base(file), ".yml")] = workflow
	}
	return found
}

// actionlint has no findings.
func TestWorkflowsAreClean(t *testing.T) {
	t.Parallel()
	linter, err := actionlint.NewLinter(io.Discard, &actionlint.LinterOptions{})
	require.NoError(t, err)
	problems, err := linter.LintDir(filepath.Join(root(t), ".github", "workflows"), nil)
	require.NoError(t, err)
	require.Empty(t, problems)
}

// Each component has a pipeline for its own files, on pull requests and on the two branches.
func TestWorkflowPerComponent(t *testing.T) {
	t.Parallel()
	all := workflows(t)
	require.Len(t, all, len(stateless())+1)
	for _, name := range stateless() {
		workflow := all[name]
		require.NotNil(t, workflow, name)
		require.Equal(t, "./.github/workflows/component.yml", workflow.Jobs[name].WorkflowCall.Uses.Value)
		require.Equal(t, name, workflow.Jobs[name].WorkflowCall.Inputs["component"].Value.Value)
		for _, event := range workflow.On {
			hook, ok := event.(*actionlint.WebhookEvent)
			require.True(t, ok, "%s runs on pull requests and pushes alone", name)
			require.NotEmpty(t, hook.Paths.Values, name)
			for _, path := range hook.Paths.Values {
				found, err := filepath.Glob(filepath.Join(root(t), strings.TrimSuffix(path.Value, "/**")))
				require.NoError(t, err)
				require.NotEmpty(t, found, "%s: there is no %s", name, path.Value)
			}
			if hook.Hook.Value == "push" {
				require.Equal(t, []string{"dev", "master"}, []string{hook.Branches.Values[0].Value, hook.Branches.Values[1].Value})
			}
		}
	}
}

// Dev builds; PROD gets the image that Dev ran. Each is smoke-tested after its rollout, and PROD
// rolls back on its own.
func TestPromotion(t *testing.T) {
	t.Parallel()
	jobs := workflows(t)["component"].Jobs
	require.Equal(t, []string{"make verify", "make test", "make test-deploy-quick"}, commands(jobs["test"]))
	require.Equal(t, []string{"make image-push", "make roll-out", "make smoke"}, commands(jobs["dev"]))
	require.Equal(t, []string{"make image-promote", "make roll-out", "make smoke", "make roll-back"}, commands(jobs["prod"]))
	require.Equal(t, "github.event_name == 'push' && github.ref == 'refs/heads/dev'", jobs["dev"].If.Value)
	require.Equal(t, "github.event_name == 'push' && github.ref == 'refs/heads/master'", jobs["prod"].If.Value)
	require.Equal(t, "test", jobs["dev"].Needs[0].Value)
	steps := jobs["prod"].Steps
	require.Equal(t, "failure()", steps[len(steps)-1].If.Value, "the way back is for a failure alone")
}

func commands(job *actionlint.Job) []string {
	var found []string
	for _, step := range job.Steps {
		if run, ok := step.Exec.(*actionlint.ExecRun); ok {
			found = append(found, run.Run.Value)
		}
	}
	return found
}

var target = regexp.MustCompile(`(?m)^([a-z][a-z-]*)(?: [a-z-]+)*:`)

// Every command of a pipeline is a target of the Makefile, so that it can run locally.
func TestCommandsAreTargets(t *testing.T) {
	t.Parallel()
	makefile := read(t, "Makefile")
	var targets []string
	for _, line := range target.FindAllString(makefile, -1) {
		targets = append(targets, strings.Fields(strings.TrimSuffix(line, ":"))...)
	}
	for name, workflow := range workflows(t) {
		for _, job := range workflow.Jobs {
			for _, command := range commands(job) {
				called, isMake := strings.CutPrefix(command, "make ")
				require.True(t, isMake && slices.Contains(targets, called), "%s runs %q", name, command)
			}
		}
	}
}

// A pipeline builds its images with every argument that the Dockerfile needs: without one, a stage
// has no base image.
func TestPipelineBuildsWithEveryArgument(t *testing.T) {
	t.Parallel()
	dockerfile, err := os.ReadFile(filepath.Join(root(t), "Dockerfile"))
	require.NoError(t, err)
	arguments := regexp.MustCompile(`(?m)^ARG (\w+)$`).FindAllStringSubmatch(string(dockerfile), -1)
	require.NotEmpty(t, arguments)
	// A docker without images that prints what it would build.
	program := "#!/bin/sh\n[ \"$2\" = build ] || exit 1\necho \"$@ FROM $GO_IMAGE $NODE_IMAGE $NGINX_IMAGE AT $SOURCE_DATE_EPOCH\"\n"
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "docker"), []byte(program), 0o700))
	push := exec.Command(filepath.Join(root(t), "scripts", "pipeline"), "image-push")
	push.Env = append(os.Environ(), "PATH="+folder+":"+os.Getenv("PATH"), "REGISTRY=registry.test", "VERSION=v1")
	output, err := push.CombinedOutput()
	require.NoError(t, err, string(output))
	builds := strings.Split(strings.TrimSpace(string(output)), "\n")
	require.Len(t, builds, 2)
	for _, build := range builds {
		for _, argument := range arguments {
			require.Contains(t, build, "--build-arg "+argument[1])
		}
		require.Regexp(t, `FROM golang:\S+ node:\S+ \S+nginx\S+ AT \d+$`, build)
	}
	require.Contains(t, builds[0], "name=registry.test/larder:v1,push=true")
	require.Contains(t, builds[1], "name=registry.test/larder-nginx:v1,push=true")
}
