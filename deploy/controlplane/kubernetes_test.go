package controlplane

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const registry = "registry.larder.example"

// stateless returns the components with two to ten pods.
func stateless() []string {
	return []string{"command-api", "file-service", "grocery-app", "importer", "projectors", "query-api", "relay", "web"}
}

// Both environments come up as the README says, scale with load, back up on schedule, and roll out
// a new version without ever having fewer serving pods; the server rejects mistakes.
func TestKubernetes(t *testing.T) { //nolint:paralleltest // the only one, and the steps of one story
	p := startPlane(t)
	m := startMeter(t, p)
	m.percent.Store(40)
	t.Run("what is wrong is refused", func(t *testing.T) { p.mistakesAreRefused(t) })
	for overlay, namespace := range map[string]string{"dev": "larder-dev", "prod": "larder"} {
		p.deployFirst(t, overlay, namespace)
	}
	t.Run("volumes are bound", func(t *testing.T) { p.volumesAreBound(t) })
	t.Run("a pod that wants more than it may is refused", func(t *testing.T) { p.podSecurityHolds(t) })
	t.Run("a new version rolls out", func(t *testing.T) { p.rollsOut(t) })
	t.Run("a version that doesn't become ready goes back", func(t *testing.T) { p.goesBack(t) })
	t.Run("scales with the load", func(t *testing.T) { p.scales(t, m) })
	t.Run("backs up by the clock", func(t *testing.T) { p.backsUp(t) })
	t.Run("an operator's command runs in a pod of its own", func(t *testing.T) { p.operates(t) })
}

// deployFirst runs the commands under "First" in the README.
func (p *plane) deployFirst(t *testing.T, overlay, namespace string) {
	t.Helper()
	_, _ = p.run(t, "", "kubectl", "create", "namespace", namespace)
	secrets, err := p.run(t, "", filepath.Join("scripts", "kubernetes-secrets"), namespace, t.TempDir())
	require.NoError(t, err)
	p.apply(t, secrets)
	require.NoError(t, p.deploy(t, overlay, "v1"))
	for _, name := range stateless() {
		p.soon(t, fmt.Sprintf("%s of %s hasn't two pods that are ready", name, namespace), func() bool {
			return p.serving(namespace, name) >= 2
		})
	}
	for _, name := range []string{"postgres", "backup-postgres", "redis", "elasticsearch", "nats"} {
		p.kubectl(t, "--namespace", namespace, "rollout", "status", "statefulset/"+name, "--timeout=2m")
	}
}

// serving returns how many of a component's pods accept requests.
func (p *plane) serving(namespace, component string) (ready int) {
	pods, err := p.pods(namespace, "app.kubernetes.io/name="+component)
	if err != nil {
		return 0
	}
	for _, pod := range pods {
		if pod.ready() {
			ready++
		}
	}
	return ready
}

func (p *plane) volumesAreBound(t *testing.T) {
	t.Helper()
	for _, namespace := range []string{"larder", "larder-dev"} {
		phases := strings.Fields(p.kubectl(t, "--namespace", namespace, "get", "pvc", "--output=jsonpath={.items[*].status.phase}"))
		require.Len(t, phases, 7, "two databases, Redis, Elasticsearch and three of NATS")
		require.Equal(t, []string{"Bound"}, slices.Compact(phases))
	}
}

func (p *plane) podSecurityHolds(t *testing.T) {
	t.Helper()
	_, err := p.run(t, "", "kubectl", "--namespace=larder", "run", "shell", "--image=shell", "--privileged")
	require.ErrorContains(t, err, `violates PodSecurity "restricted:latest"`)
}

// mistakesAreRefused adds one mistake at a time to a correct manifest.
func (p *plane) mistakesAreRefused(t *testing.T) {
	t.Helper()
	p.kubectl(t, "create", "namespace", "larder") // a dry run creates none
	rendered := p.kubectl(t, "kustomize", filepath.Join(root(t), "deploy", "kubernetes", "overlays", "prod"))
	_, err := p.dryRun(t, rendered)
	require.NoError(t, err, "without a mistake it is taken")
	for name, mistake := range map[string]struct{ right, wrong, said string }{
		"an unknown field":      {"automountServiceAccountToken: false", "automountServiceAccountTokens: false", "unknown field"},
		"a wrong selector":      {"matchLabels:\n      app.kubernetes.io/name: command-api\n  strategy", "matchLabels:\n      app.kubernetes.io/name: commands\n  strategy", "selector"},
		"limits below requests": {"memory: 512Mi", "memory: 16Mi", "must be less than or equal to memory limit"},
		"a missing volume":      {"name: scratch\n", "name: scrap\n", "Not found"},
		"a bad schedule":        {"0 */2 * * *", "0 */2 * *", "expected exactly 5 fields"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, rendered, mistake.right)
			_, err := p.dryRun(t, strings.Replace(rendered, mistake.right, mistake.wrong, 1))
			require.ErrorContains(t, err, mistake.said)
		})
	}
}

func (p *plane) dryRun(t *testing.T, text string) (string, error) {
	t.Helper()
	return p.run(t, text, "kubectl", "apply", "--dry-run=server", "--validate=strict", "-f", "-")
}

// rollsOut watches all components throughout a rollout.
func (p *plane) rollsOut(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	least := map[string]int{}
	var looking sync.WaitGroup
	looking.Go(func() {
		for ctx.Err() == nil {
			for _, name := range stateless() {
				serving := p.serving("larder", name)
				if before, ok := least[name]; !ok || serving < before {
					least[name] = serving
				}
			}
		}
	})
	err := p.deploy(t, "prod", "v2")
	cancel()
	looking.Wait()
	require.NoError(t, err)
	for _, name := range stateless() {
		require.GreaterOrEqual(t, least[name], 2, name)
		pods, err := p.pods("larder", "app.kubernetes.io/name="+name)
		require.NoError(t, err)
		require.NotEmpty(t, pods)
		for _, pod := range pods {
			if pod.ready() {
				require.True(t, strings.HasSuffix(pod.Spec.Containers[0].Image, ":v2"), "%s runs %s", name, pod.Spec.Containers[0].Image)
			}
		}
	}
}

// goesBack rolls out a version in which one component gets no pod.
func (p *plane) goesBack(t *testing.T) {
	t.Helper()
	p.apply(t, noThirdQueryAPI)
	t.Setenv("ROLLOUT_TIMEOUT", "5s")
	p.soon(t, "the policy isn't in force", func() bool {
		_, err := p.run(t, "", "kubectl", "--namespace=default", "run", "query-api", "--image=larder:v3", "--dry-run=server")
		return err != nil
	})
	require.ErrorContains(t, p.deploy(t, "prod", "v3"), "not ready: deployment.apps/query-api; going back to what ran before")
	for _, name := range stateless() {
		p.kubectl(t, "--namespace=larder", "rollout", "status", "deployment/"+name, "--timeout=2m")
		image := p.kubectl(t, "--namespace=larder", "get", "deployment/"+name, "--output=jsonpath={.spec.template.spec.containers[0].image}")
		require.True(t, strings.HasSuffix(image, ":v2"), "%s is to run %s", name, image)
	}
}

const noThirdQueryAPI = `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: no-third-query-api}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}
  validations: [{expression: "!object.spec.containers.exists(c, c.name == 'query-api' && c.image.endsWith(':v3'))"}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: no-third-query-api}
spec: {policyName: no-third-query-api, validationActions: [Deny]}
`

func (p *plane) scales(t *testing.T, m *meter) {
	t.Helper()
	m.percent.Store(95)
	p.numbers(t, 10)
	m.percent.Store(5)
	p.numbers(t, 2)
}

// numbers waits until each component has the wanted number of pods.
func (p *plane) numbers(t *testing.T, wanted int) {
	t.Helper()
	for _, name := range stateless() {
		p.soon(t, fmt.Sprintf("%s doesn't come to %d", name, wanted), func() bool {
			pods, err := p.pods("larder", "app.kubernetes.io/name="+name)
			return err == nil && len(pods) == wanted && p.serving("larder", name) == wanted
		})
	}
}

// backsUp moves the clock instead of waiting for two hours.
func (p *plane) backsUp(t *testing.T) {
	t.Helper()
	p.kubectl(t, "--namespace=larder", "patch", "cronjob/backup", "--patch", `{"spec": {"schedule": "* * * * *"}}`)
	began := time.Now()
	p.soon(t, "the CronJob makes no Job that ends well", func() bool {
		done := p.kubectl(t, "--namespace=larder", "get", "jobs", "--selector=app.kubernetes.io/part-of=larder",
			`--output=jsonpath={range .items[?(@.metadata.ownerReferences[0].name=="backup")]}{.status.succeeded}{end}`)
		return strings.Contains(done, "1")
	})
	t.Logf("a job %s after its schedule was set to each minute", time.Since(began).Round(time.Second))
}

// operates runs the README's commands for an operator.
func (p *plane) operates(t *testing.T) {
	t.Helper()
	_, err := p.run(t, "", "bash", "-euo", "pipefail", "-c", `kubectl -n larder create job rebuild-1 --from=cronjob/operator --dry-run=client -o json |
		kubectl patch --local -f - --type=json -o json \
			-p '[{"op": "replace", "path": "/spec/template/spec/containers/0/args", "value": ["rebuild", "search"]}]' |
		kubectl apply -f -`)
	require.NoError(t, err)
	p.kubectl(t, "--namespace=larder", "wait", "--for=condition=complete", "job/rebuild-1", "--timeout=2m")
	args := p.kubectl(t, "--namespace=larder", "get", "job/rebuild-1", "--output=jsonpath={.spec.template.spec.containers[0].args}")
	require.JSONEq(t, `["rebuild", "search"]`, args)
}
