package check

import (
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/robfig/cron/v3"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

const named = "app.kubernetes.io/name"

// cluster holds an overlay's Kubernetes objects by name.
type cluster struct {
	namespaces   map[string]*corev1.Namespace
	configs      map[string]*corev1.ConfigMap
	secrets      map[string]*corev1.Secret
	services     map[string]*corev1.Service
	deployments  map[string]*appsv1.Deployment
	statefulSets map[string]*appsv1.StatefulSet
	jobs         map[string]*batchv1.Job
	cronJobs     map[string]*batchv1.CronJob
	autoscalers  map[string]*autoscalingv2.HorizontalPodAutoscaler
	budgets      map[string]*policyv1.PodDisruptionBudget
	policies     map[string]*networkingv1.NetworkPolicy
	accounts     map[string]*corev1.ServiceAccount
}

func newCluster() *cluster {
	return &cluster{
		namespaces:   map[string]*corev1.Namespace{},
		configs:      map[string]*corev1.ConfigMap{},
		secrets:      map[string]*corev1.Secret{},
		services:     map[string]*corev1.Service{},
		deployments:  map[string]*appsv1.Deployment{},
		statefulSets: map[string]*appsv1.StatefulSet{},
		jobs:         map[string]*batchv1.Job{},
		cronJobs:     map[string]*batchv1.CronJob{},
		autoscalers:  map[string]*autoscalingv2.HorizontalPodAutoscaler{},
		budgets:      map[string]*policyv1.PodDisruptionBudget{},
		policies:     map[string]*networkingv1.NetworkPolicy{},
		accounts:     map[string]*corev1.ServiceAccount{},
	}
}

// decoder rejects unknown and duplicate fields.
func decoder(tb testing.TB) runtime.Decoder {
	tb.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		corev1.AddToScheme, appsv1.AddToScheme, batchv1.AddToScheme, autoscalingv2.AddToScheme, policyv1.AddToScheme,
		networkingv1.AddToScheme,
	} {
		require.NoError(tb, add(scheme))
	}
	return serializer.NewCodecFactory(scheme, serializer.EnableStrict).UniversalDeserializer()
}

func render(tb testing.TB, overlay string) *cluster {
	tb.Helper()
	folder := filepath.Join(root(tb), "deploy", "kubernetes", "overlays", overlay)
	resources, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), folder)
	require.NoError(tb, err)
	c := newCluster()
	decode := decoder(tb)
	for _, resource := range resources.Resources() {
		text, err := resource.AsYAML()
		require.NoError(tb, err)
		c.add(tb, decode, text)
	}
	return c
}

func (c *cluster) add(tb testing.TB, decode runtime.Decoder, text []byte) {
	tb.Helper()
	object, _, err := decode.Decode(text, nil, nil)
	require.NoError(tb, err, "%s", text)
	switch o := object.(type) {
	case *corev1.Namespace:
		put(tb, c.namespaces, o.Name, o)
	case *corev1.ConfigMap:
		put(tb, c.configs, o.Name, o)
	case *corev1.Secret:
		put(tb, c.secrets, o.Name, o)
	case *corev1.Service:
		put(tb, c.services, o.Name, o)
	case *corev1.ServiceAccount:
		put(tb, c.accounts, o.Name, o)
	case *appsv1.Deployment:
		put(tb, c.deployments, o.Name, o)
	case *appsv1.StatefulSet:
		put(tb, c.statefulSets, o.Name, o)
	case *batchv1.Job:
		put(tb, c.jobs, o.Name, o)
	case *batchv1.CronJob:
		put(tb, c.cronJobs, o.Name, o)
	case *autoscalingv2.HorizontalPodAutoscaler:
		put(tb, c.autoscalers, o.Name, o)
	case *policyv1.PodDisruptionBudget:
		put(tb, c.budgets, o.Name, o)
	case *networkingv1.NetworkPolicy:
		put(tb, c.policies, o.Name, o)
	default:
		require.Fail(tb, "nothing checks this kind", "%T", object)
	}
}

func put[T any](tb testing.TB, into map[string]*T, name string, object *T) {
	tb.Helper()
	require.NotContains(tb, into, name)
	into[name] = object
}

// pods returns the pod templates of all workloads, by their name label.
func (c *cluster) pods() map[string]corev1.PodTemplateSpec {
	pods := map[string]corev1.PodTemplateSpec{}
	for name, o := range c.deployments {
		pods[name] = o.Spec.Template
	}
	for name, o := range c.statefulSets {
		pods[name] = o.Spec.Template
	}
	for name, o := range c.jobs {
		pods[name] = o.Spec.Template
	}
	for name, o := range c.cronJobs {
		pods[name] = o.Spec.JobTemplate.Spec.Template
	}
	return pods
}

func containers(pod corev1.PodTemplateSpec) []corev1.Container {
	return slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers)
}

// stateless returns the components that run several instances.
func stateless() []string {
	return []string{"web", "command-api", "query-api", "file-service", "importer", "relay", "projectors", "grocery-app"}
}

// servers returns the workloads with data.
func servers() []string {
	return []string{"postgres", "backup-postgres", "redis", "elasticsearch", "nats"}
}

// overlays returns Dev and PROD.
func overlays(tb testing.TB) []*cluster {
	tb.Helper()
	return []*cluster{render(tb, "dev"), render(tb, "prod")}
}

// Every expected object exists, and each selector matches its pods.
func TestKubernetesHasEverything(t *testing.T) {
	t.Parallel()
	for _, c := range overlays(t) {
		require.ElementsMatch(t, stateless(), slices.Collect(maps.Keys(c.deployments)))
		require.ElementsMatch(t, servers(), slices.Collect(maps.Keys(c.statefulSets)))
		require.Contains(t, c.jobs, "migrate")
		require.EqualValues(t, 3, *c.statefulSets["nats"].Spec.Replicas)
		for name, pod := range c.pods() {
			require.Equal(t, name, pod.Labels[named])
			require.NotNil(t, c.accounts[pod.Spec.ServiceAccountName], name)
			require.False(t, *pod.Spec.AutomountServiceAccountToken, "%s has no business with the cluster's API", name)
		}
		for name, o := range c.deployments {
			require.True(t, matches(t, o.Spec.Selector, o.Spec.Template.Labels), name)
		}
		for name, o := range c.statefulSets {
			require.True(t, matches(t, o.Spec.Selector, o.Spec.Template.Labels), name)
			require.Contains(t, c.services, o.Spec.ServiceName)
			require.NotEmpty(t, o.Spec.VolumeClaimTemplates, "%s keeps its data", name)
		}
		for name, service := range c.services {
			c.checkService(t, name, service)
		}
	}
}

func (c *cluster) checkService(t *testing.T, name string, service *corev1.Service) {
	t.Helper()
	pod, found := c.pods()[service.Spec.Selector[named]]
	require.True(t, found, name)
	require.True(t, labels.SelectorFromSet(service.Spec.Selector).Matches(labels.Set(pod.Labels)), name)
	for _, port := range service.Spec.Ports {
		require.True(t, slices.ContainsFunc(pod.Spec.Containers[0].Ports, func(p corev1.ContainerPort) bool {
			return p.Name == port.TargetPort.StrVal
		}), "service %s asks for port %s", name, port.TargetPort.String())
	}
	if name == "web" {
		require.Equal(t, corev1.ServiceTypeLoadBalancer, service.Spec.Type)
	} else {
		require.Contains(t, []corev1.ServiceType{"", corev1.ServiceTypeClusterIP}, service.Spec.Type, "%s is reached from inside alone", name)
	}
}

func matches(tb testing.TB, selector *metav1.LabelSelector, set map[string]string) bool {
	tb.Helper()
	made, err := metav1.LabelSelectorAsSelector(selector)
	require.NoError(tb, err)
	return !made.Empty() && made.Matches(labels.Set(set))
}

// Every pod passes the restricted Pod Security standard, which the namespaces enforce.
func TestKubernetesPodSecurity(t *testing.T) {
	t.Parallel()
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks())
	require.NoError(t, err)
	restricted := api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}
	for _, c := range overlays(t) {
		require.Len(t, c.namespaces, 1)
		for _, namespace := range c.namespaces {
			require.Equal(t, string(api.LevelRestricted), namespace.Labels[api.EnforceLevelLabel])
		}
		for name, pod := range c.pods() {
			result := policy.AggregateCheckResults(evaluator.EvaluatePod(restricted, &pod.ObjectMeta, &pod.Spec))
			require.True(t, result.Allowed, "%s: %s", name, result.ForbiddenDetail())
			pod.Spec.SecurityContext = nil
			result = policy.AggregateCheckResults(evaluator.EvaluatePod(restricted, &pod.ObjectMeta, &pod.Spec))
			require.False(t, result.Allowed, "without it %s must be refused, or this looks at nothing", name)
		}
	}
}

// Every container declares its resources and probes, and keeps its data on a volume.
func TestKubernetesResourcesAndProbes(t *testing.T) {
	t.Parallel()
	for _, c := range overlays(t) {
		for name, pod := range c.pods() {
			for _, container := range containers(pod) {
				requests, limits := container.Resources.Requests, container.Resources.Limits
				require.False(t, requests.Cpu().IsZero(), name)
				require.False(t, requests.Memory().IsZero(), name)
				require.GreaterOrEqual(t, limits.Memory().Cmp(*requests.Memory()), 0, "%s: the limit is at least the request", name)
				for _, mount := range container.VolumeMounts {
					require.True(t, c.hasVolume(name, pod, mount.Name), "%s mounts %s", name, mount.Name)
				}
			}
		}
		for _, name := range slices.Concat(stateless(), servers()) {
			container := c.pods()[name].Spec.Containers[0]
			require.NotNil(t, container.StartupProbe, name)
			require.NotNil(t, container.ReadinessProbe, name)
			require.NotNil(t, container.LivenessProbe, name)
			if name != "web" && slices.Contains(stateless(), name) {
				require.Equal(t, "/readyz", container.ReadinessProbe.HTTPGet.Path)
				require.Equal(t, "/healthz", container.LivenessProbe.HTTPGet.Path, "a store that is away is no reason to kill %s", name)
			}
		}
	}
}

func (c *cluster) hasVolume(name string, pod corev1.PodTemplateSpec, volume string) bool {
	if slices.ContainsFunc(pod.Spec.Volumes, func(v corev1.Volume) bool { return v.Name == volume }) {
		return true
	}
	set := c.statefulSets[name]
	return set != nil && slices.ContainsFunc(set.Spec.VolumeClaimTemplates, func(v corev1.PersistentVolumeClaim) bool { return v.Name == volume })
}

// A rolling update drops no request: there are never fewer pods than before, and no pod stops while
// it may still get requests.
func TestKubernetesRollsWithoutLoss(t *testing.T) {
	t.Parallel()
	for _, c := range overlays(t) {
		for _, name := range stateless() {
			deployment := c.deployments[name]
			require.Equal(t, "after-migrate", deployment.Labels["larder.dev/roll-out"], "%s waits for the tables", name)
			require.Equal(t, name, deployment.Labels["larder.dev/component"])
			require.Nil(t, deployment.Spec.Replicas, "%s: how many is the autoscaler's to say", name)
			require.Zero(t, deployment.Spec.Strategy.RollingUpdate.MaxUnavailable.IntValue(), name)
			require.Equal(t, 1, deployment.Spec.Strategy.RollingUpdate.MaxSurge.IntValue(), name)
			pod := deployment.Spec.Template.Spec
			rest := pod.Containers[0].Lifecycle.PreStop.Sleep.Seconds
			require.Greater(t, *pod.TerminationGracePeriodSeconds, rest+10, "%s has 10 s for the requests in hand", name)
			budget := c.budgets[name]
			require.NotNil(t, budget, name)
			require.True(t, matches(t, budget.Spec.Selector, deployment.Spec.Template.Labels), name)
			require.Equal(t, 1, budget.Spec.MaxUnavailable.IntValue(), name)
		}
		require.Equal(t, 1, c.budgets["nats"].Spec.MaxUnavailable.IntValue(), "two of three are a majority")
	}
}

// Each stateless component scales by CPU: 70 %, 2 to 10.
func TestKubernetesAutoscaling(t *testing.T) {
	t.Parallel()
	for _, c := range overlays(t) {
		require.ElementsMatch(t, stateless(), slices.Collect(maps.Keys(c.autoscalers)))
		for name, scaler := range c.autoscalers {
			require.Equal(t, autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: name}, scaler.Spec.ScaleTargetRef)
			require.EqualValues(t, 2, *scaler.Spec.MinReplicas)
			require.EqualValues(t, 10, scaler.Spec.MaxReplicas)
			require.Len(t, scaler.Spec.Metrics, 1)
			metric := scaler.Spec.Metrics[0].Resource
			require.Equal(t, corev1.ResourceCPU, metric.Name)
			require.EqualValues(t, 70, *metric.Target.AverageUtilization)
		}
	}
}

// Every two hours a full backup is made, then verified.
func TestKubernetesBackup(t *testing.T) {
	t.Parallel()
	for _, c := range overlays(t) {
		backup := c.cronJobs["backup"].Spec
		require.Equal(t, "0 */2 * * *", backup.Schedule)
		require.Equal(t, batchv1.ForbidConcurrent, backup.ConcurrencyPolicy)
		pod := backup.JobTemplate.Spec.Template.Spec
		require.Equal(t, []string{"backup", "run"}, pod.InitContainers[0].Args)
		require.Equal(t, []string{"backup", "verify"}, pod.Containers[0].Args[:2])
		for name, o := range c.cronJobs {
			_, err := cron.ParseStandard(o.Spec.Schedule)
			require.NoError(t, err, name)
			require.True(t, name == "backup" || *o.Spec.Suspend, "%s is started by hand alone", name)
		}
		require.Equal(t, []string{"migrate"}, c.jobs["migrate"].Spec.Template.Spec.Containers[0].Args)
	}
}

// The servers' versions are those of deploy/versions.env, and the components use one image.
func TestKubernetesImages(t *testing.T) {
	t.Parallel()
	known := slices.Collect(maps.Values(versions(t)))
	for _, c := range overlays(t) {
		for name, pod := range c.pods() {
			for _, container := range containers(pod) {
				switch {
				case slices.Contains(servers(), name):
					require.Contains(t, known, container.Image, name)
				case name == "web":
					require.Regexp(t, `/larder-nginx:`, container.Image)
				default:
					require.Regexp(t, `/larder:`, container.Image, name)
				}
			}
		}
	}
}

var (
	reference   = regexp.MustCompile(`\$\(([A-Z_]+)\)`)
	placeholder = regexp.MustCompile(`\$\{LARDER_[A-Z_]+\}`)
)

// larder reads every variable that a component gets, and referenced values exist: config maps here,
// secrets among those that scripts/kubernetes-secrets creates.
func TestKubernetesEnvironment(t *testing.T) {
	t.Parallel()
	known, made := settings(t), madeSecrets(t)
	for _, c := range overlays(t) {
		for name, pod := range c.pods() {
			for _, container := range containers(pod) {
				c.checkSources(t, name, container, made)
				if strings.HasSuffix(strings.Split(container.Image, ":")[0], "/larder") {
					c.checkSettings(t, name, container, known)
				}
			}
			for _, volume := range pod.Spec.Volumes {
				if volume.ConfigMap != nil {
					require.Contains(t, c.configs, volume.ConfigMap.Name, name)
				}
				if volume.Secret != nil {
					for _, item := range volume.Secret.Items {
						require.Contains(t, made[volume.Secret.SecretName].Data, item.Key, name)
					}
				}
			}
		}
	}
}

// nginx gets exactly the values that its template uses.
func TestKubernetesNginx(t *testing.T) {
	t.Parallel()
	asked := map[string]bool{}
	for _, found := range placeholder.FindAllString(read(t, "deploy", "nginx", "larder.conf.template"), -1) {
		asked[strings.Trim(found, "${}")] = true
	}
	for _, c := range overlays(t) {
		given := map[string]bool{}
		for _, env := range c.deployments["web"].Spec.Template.Spec.Containers[0].Env {
			given[env.Name] = true
		}
		delete(given, "NAMESPACE") // the others are built from it
		require.Equal(t, asked, given)
	}
}

// Components trust only nginx's pods to name the client: their configured name resolves to exactly
// those pods.
func TestKubernetesBelievesNginxAlone(t *testing.T) {
	t.Parallel()
	for _, c := range overlays(t) {
		found := 0
		for _, config := range c.configs {
			proxies, given := config.Data["LARDER_TRUSTED_PROXIES"]
			if !given {
				continue
			}
			found++
			name, byName := strings.CutPrefix(proxies, "dns:")
			require.True(t, byName, proxies)
			require.Equal(t, corev1.ClusterIPNone, c.services[name].Spec.ClusterIP)
			require.Equal(t, "web", c.services[name].Spec.Selector[named])
		}
		require.Equal(t, 1, found)
	}
}

// In PROD, TLS traffic reaches a separate port, and plain traffic is redirected there.
func TestKubernetesSendsToTLS(t *testing.T) {
	t.Parallel()
	c := render(t, "prod")
	ports := map[int32]string{}
	for _, port := range c.services["web"].Spec.Ports {
		ports[port.Port] = port.TargetPort.StrVal
	}
	require.Equal(t, map[int32]string{80: "http", 443: "https"}, ports)
	values := map[string]string{}
	for _, env := range c.deployments["web"].Spec.Template.Spec.Containers[0].Env {
		values[env.Name] = env.Value
	}
	require.Equal(t, "on", values["LARDER_TLS"])
	require.Equal(t, "8443", values["LARDER_TLS_PORT"])
}

func (c *cluster) checkSources(t *testing.T, name string, container corev1.Container, made map[string]*corev1.Secret) {
	t.Helper()
	given := map[string]bool{}
	for _, env := range container.Env {
		for _, reference := range reference.FindAllStringSubmatch(env.Value, -1) {
			require.True(t, given[reference[1]], "%s: %s names %s before it is there", name, env.Name, reference[1])
		}
		given[env.Name] = true
		if env.ValueFrom == nil || env.ValueFrom.SecretKeyRef == nil {
			continue
		}
		from := env.ValueFrom.SecretKeyRef
		require.Contains(t, made, from.Name, name)
		if from.Optional == nil {
			require.Contains(t, made[from.Name].Data, from.Key, "%s: %s", name, env.Name)
		}
	}
	for _, arg := range container.Args {
		for _, reference := range reference.FindAllStringSubmatch(arg, -1) {
			require.True(t, given[reference[1]], "%s: %s", name, arg)
		}
	}
}

func (c *cluster) checkSettings(t *testing.T, name string, container corev1.Container, known map[string]bool) {
	t.Helper()
	var all []string
	for _, from := range container.EnvFrom {
		require.Contains(t, c.configs, from.ConfigMapRef.Name, name)
		all = slices.AppendSeq(all, maps.Keys(c.configs[from.ConfigMapRef.Name].Data))
	}
	for _, env := range container.Env {
		all = append(all, env.Name)
		creds, isCreds := strings.CutPrefix(env.Value, "/var/run/larder/")
		require.Equal(t, isCreds, strings.HasSuffix(env.Value, ".creds"))
		if isCreds {
			require.True(t, slices.ContainsFunc(c.pods()[name].Spec.Volumes, func(v corev1.Volume) bool {
				return v.Secret != nil && slices.ContainsFunc(v.Secret.Items, func(item corev1.KeyToPath) bool { return item.Path == creds })
			}), "%s has no %s", name, creds)
		}
	}
	for _, variable := range all {
		require.True(t, known[variable], "%s is given %s, which larder doesn't read", name, variable)
	}
	require.Contains(t, all, "LARDER_ADDR", name)
}

// madeSecrets runs the script that creates the secrets, and decodes its output like Kubernetes.
func madeSecrets(t *testing.T) map[string]*corev1.Secret {
	t.Helper()
	env := []string{
		"LARDER_S3_ENDPOINT=https://s3.example", "LARDER_S3_BUCKET=larder", "LARDER_S3_ACCESS_KEY=key",
		"LARDER_S3_SECRET_KEY=secret", "LARDER_CDN_URL=",
	}
	folder := t.TempDir()
	first := run(t, env, "scripts/kubernetes-secrets", "larder", folder)
	require.Equal(t, secretsOf(t, first)["larder-postgres"], secretsOf(t, run(t, env, "scripts/kubernetes-secrets", "larder", folder))["larder-postgres"],
		"run again, it keeps the passwords")
	return secretsOf(t, first)
}

func secretsOf(t *testing.T, text string) map[string]*corev1.Secret {
	t.Helper()
	c, decode := newCluster(), decoder(t)
	for _, document := range strings.Split(text, "---\n")[1:] {
		c.add(t, decode, []byte(document))
	}
	return c.secrets
}

// pair is a client, a server and a port.
type pair struct {
	from, to string
	port     int32
}

// The network policies agree from both ends, and match the addresses that each pod gets.
func TestKubernetesNetworkPolicies(t *testing.T) {
	t.Parallel()
	made := madeSecrets(t)
	for _, c := range overlays(t) {
		nothing := c.policies["nothing-else"].Spec
		require.Empty(t, nothing.PodSelector.MatchLabels)
		require.Len(t, nothing.PolicyTypes, 2)
		require.Empty(t, nothing.Ingress)
		require.Empty(t, nothing.Egress)
		in, out := c.allowed(t)
		require.Equal(t, in, out, "a way out that is no way in, or the other way round")
		require.Equal(t, c.needed(made), in, "the ways are those of the addresses, no more and no less")
	}
}

// allowed reads the policies from both ends.
func (c *cluster) allowed(t *testing.T) (in, out map[pair]bool) {
	t.Helper()
	in, out = map[pair]bool{}, map[pair]bool{}
	names := slices.Collect(maps.Keys(c.pods()))
	find := func(selector *metav1.LabelSelector) (found []string) {
		for _, name := range names {
			if matches(t, selector, c.pods()[name].Labels) {
				found = append(found, name)
			}
		}
		require.NotEmpty(t, found, "%v finds no pod", selector)
		return found
	}
	for name, p := range c.policies {
		for _, rule := range p.Spec.Ingress {
			for _, peer := range rule.From {
				for _, from := range find(peer.PodSelector) {
					for _, to := range find(&p.Spec.PodSelector) {
						in[pair{from, to, rule.Ports[0].Port.IntVal}] = true
					}
				}
			}
			require.True(t, len(rule.From) > 0 || name == "to-web", "%s: only nginx is reached from everywhere", name)
		}
		for _, rule := range p.Spec.Egress {
			for _, peer := range rule.To {
				if peer.IPBlock != nil || peer.NamespaceSelector != nil {
					continue // the object store and DNS
				}
				for _, to := range find(peer.PodSelector) {
					out[pair{p.Spec.PodSelector.MatchLabels[named], to, rule.Ports[0].Port.IntVal}] = true
				}
			}
		}
	}
	return in, out
}

var (
	credentials = regexp.MustCompile(`//[^@/" ]*@`)
	address     = regexp.MustCompile(`(?://|^)([a-z][a-z-]*)(?:-\d\.[a-z-]+|\.\$\(NAMESPACE\)\.svc\.cluster\.local)?:(\d+)`)
)

// needed returns the connections that each pod's environment names.
func (c *cluster) needed(made map[string]*corev1.Secret) map[pair]bool {
	pairs := map[pair]bool{}
	for name, pod := range c.pods() {
		for _, container := range containers(pod) {
			for _, env := range container.Env {
				value := env.Value
				if env.ValueFrom != nil && env.ValueFrom.SecretKeyRef != nil {
					value = string(made[env.ValueFrom.SecretKeyRef.Name].Data[env.ValueFrom.SecretKeyRef.Key])
				}
				value = credentials.ReplaceAllString(value, "//")
				for _, found := range address.FindAllStringSubmatch(value, -1) {
					var port int32
					_, _ = fmt.Sscan(found[2], &port)
					pairs[pair{name, found[1], port}] = true
				}
			}
		}
	}
	return pairs
}

// The checks reject what Kubernetes would reject.
func TestKubernetesRefusesWhatIsWrong(t *testing.T) {
	t.Parallel()
	decode := decoder(t)
	for what, text := range map[string]string{
		"an unknown field":      "apiVersion: v1\nkind: Service\nmetadata: { name: x }\nspec: { selektor: { a: b } }\n",
		"a field of its twin":   "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: x }\nspec: { serviceName: x }\n",
		"a field twice":         "apiVersion: v1\nkind: Service\nmetadata: { name: x, name: y }\n",
		"a kind that isn't":     "apiVersion: apps/v1\nkind: Deploiment\nmetadata: { name: x }\n",
		"a number for a name":   "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x }\ndata: { a: 1 }\n",
		"a quantity of letters": "apiVersion: v1\nkind: Pod\nmetadata: { name: x }\nspec: { containers: [{ name: x, resources: { limits: { memory: lots } } }] }\n",
	} {
		_, _, err := decode.Decode([]byte(text), nil, nil)
		require.Error(t, err, what)
	}
}
