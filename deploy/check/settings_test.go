package check

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

func everybody() []string { return append(answering(), "relay", "projectors") }

func answering() []string {
	return []string{"command-api", "query-api", "file-service", "importer", "grocery-app"}
}

func ofRecipes() []string {
	return []string{"command-api", "query-api", "file-service", "importer", "relay", "projectors"}
}

// readers returns the components that read each setting.
func readers() map[string][]string {
	by := map[string][]string{"LARDER_ROLE_PASSWORDS": {"migrate"}, "LARDER_NATS_ACCOUNTS": {"operator"}, "LARDER_RETENTION": {"relay"}, "LARDER_IMPORT_ALLOW": {"importer"}}
	add := func(components []string, names ...string) {
		for _, name := range names {
			by[name] = components
		}
	}
	add(everybody(), "LARDER_ADDR", "LARDER_DATA_DIR", "LARDER_LOG_LEVEL", "LARDER_METRICS_ADDR", "LARDER_METRICS_TOKEN")
	add(answering(), "LARDER_ORIGIN", "LARDER_TRUSTED_PROXIES", "LARDER_HOSTS", "LARDER_BEHIND_TLS", "LARDER_LIMIT_STRANGERS")
	add(ofRecipes(), "LARDER_POSTGRES_URL", "LARDER_BACKUP_POSTGRES_URL", "LARDER_NATS_URL", "LARDER_NATS_CREDS")
	add([]string{"command-api", "query-api", "file-service", "importer", "projectors", "grocery-app"}, "LARDER_REDIS_URL")
	add([]string{"query-api", "projectors"}, "LARDER_ELASTICSEARCH_URL", "LARDER_ELASTICSEARCH_ALIAS")
	add([]string{"projectors"}, "LARDER_FEED_NATS_URL", "LARDER_FEED_NATS_CREDS")
	add([]string{"query-api", "file-service", "importer"}, "LARDER_CDN_URL", "LARDER_CDN_SECRET", "LARDER_CDN_SECRET_ALSO",
		"LARDER_CLOUDFRONT_KEY", "LARDER_CLOUDFRONT_KEY_ID")
	add([]string{"query-api", "file-service", "importer", "grocery-app"}, "LARDER_LIMIT_READS")
	add([]string{"query-api", "grocery-app"}, "LARDER_LIMIT_STREAMS")
	add([]string{"command-api", "query-api", "file-service", "importer", "grocery-app"}, "LARDER_DRAIN")
	add([]string{"query-api"}, "LARDER_LIMIT_SEARCHES", "LARDER_LIMIT_EXPORTS")
	add([]string{"command-api", "file-service", "importer"}, "LARDER_LIMIT_WRITES")
	add([]string{"command-api"}, "LARDER_LIMIT_WRITE_BYTES", "LARDER_LIMIT_LOGINS", "LARDER_MAX_SESSIONS")
	add([]string{"command-api", "importer"}, "LARDER_MAX_RECIPES")
	add([]string{"query-api", "file-service", "importer"}, "LARDER_S3_ENDPOINT", "LARDER_S3_BUCKET", "LARDER_S3_ACCESS_KEY", "LARDER_S3_SECRET_KEY")
	add([]string{"file-service", "importer"},
		"LARDER_MAX_FILE_SIZE", "LARDER_MAX_UPLOADS", "LARDER_PICTURE_MEMORY", "LARDER_CLAMD", "GOMEMLIMIT",
		"LARDER_LIMIT_UPLOADS", "LARDER_MAX_FILES", "LARDER_MAX_FILE_BYTES")
	add([]string{"file-service"}, "LARDER_LIMIT_DELIVERIES")
	add([]string{"grocery-app"}, "LARDER_GROCERY_POSTGRES_URL", "LARDER_GROCERY_NATS_URL", "LARDER_GROCERY_NATS_CREDS",
		"LARDER_LIMIT_GROCERY", "LARDER_MAX_LIST_ITEMS")
	return by
}

// deployment holds the settings that its files give each component, and the reasons for leaving the
// rest at their defaults.
type deployment struct {
	told    map[string]map[string]bool // variables by component
	lacks   []string                   // components that it lacks
	left    map[string]string          // reasons by setting; LARDER_LIMIT_* is all of those
	missing map[string]string          // reasons by "component setting"
}

func deployments(t *testing.T) map[string]deployment {
	t.Helper()
	const (
		bridge   = "no deployment runs the bridge"
		hosts    = "what stands before the components sends them its own requests alone"
		metrics  = "metrics have an address of their own"
		overlay  = "a line of the overlay reaches every component (README.md)"
		noFolder = "a component alone keeps nothing"
		unasked  = "nobody asks whether it is ready before a request"
	)
	return map[string]deployment{
		"compose": {told: composeTells(t), left: map[string]string{
			"LARDER_BEHIND_TLS": "nginx says by what the cook came", "LARDER_HOSTS": hosts, "LARDER_METRICS_TOKEN": metrics, "LARDER_DATA_DIR": noFolder,
			"LARDER_ELASTICSEARCH_ALIAS": "the index is the server's only one", "LARDER_FEED_NATS_URL": "the same server, whose address it has",
			"LARDER_CLOUDFRONT_*": "nginx is the CDN", "LARDER_NATS_ACCOUNTS": "accounts are made on the machine itself, by make compose-secrets",
			"LARDER_BRIDGE_*": bridge, "LARDER_DRAIN": "nginx asks the other instance",
		}},
		"kubernetes": {told: kubernetesTells(t), left: map[string]string{
			"LARDER_BEHIND_TLS": "nginx says by what the cook came", "LARDER_HOSTS": hosts, "LARDER_METRICS_TOKEN": metrics,
			"LARDER_LOG_LEVEL": overlay, "LARDER_LIMIT_*": overlay, "LARDER_MAX_*": overlay, "LARDER_PICTURE_MEMORY": overlay, "LARDER_CLAMD": overlay,
			"LARDER_CLOUDFRONT_*":  "nginx verifies addresses; behind deploy/aws-servers an overlay gives the key (README.md there)",
			"LARDER_NATS_ACCOUNTS": "accounts are made outside of the cluster, by kubernetes-secrets", "LARDER_BRIDGE_*": bridge,
			"LARDER_DRAIN": "preStop waits before the component is told", "LARDER_IMPORT_ALLOW": "a cluster's pods are in no home",
		}},
		"serverless": {told: serverlessTells(t), lacks: []string{"grocery-app", "importer", "operator"}, left: map[string]string{
			"LARDER_TRUSTED_PROXIES": "API Gateway says who calls in the event itself", "LARDER_HOSTS": hosts, "LARDER_METRICS_*": "there is no Prometheus",
			"LARDER_LOG_LEVEL": "the default", "LARDER_LIMIT_*": "a function has one request at a time", "LARDER_MAX_RECIPES": "the default", "LARDER_MAX_FILES": "the default", "LARDER_MAX_FILE_BYTES": "the default",
			"LARDER_MAX_SESSIONS": "the default", "LARDER_MAX_UPLOADS": "the default",
			"LARDER_PICTURE_MEMORY": "the function has room for the default", "LARDER_CLAMD": "nothing runs beside a function", "GOMEMLIMIT": "one request at a time",
			"LARDER_CDN_SECRET_ALSO": "a changed secret is a changed stack; addresses are made anew", "LARDER_CLOUDFRONT_*": "file-service looks at each address",
			"LARDER_ELASTICSEARCH_ALIAS": "the default", "LARDER_BRIDGE_*": bridge, "LARDER_DRAIN": unasked,
		}, missing: map[string]string{
			"command-api LARDER_NATS_*": "who is the primary is asked of both databases", "query-api LARDER_NATS_*": "there is no /api/events",
			"query-api LARDER_S3_*":      "an answer of a function has 6 MB at most, which is no room for pictures",
			"file-service LARDER_NATS_*": "as of command-api", "relay LARDER_DATA_DIR": noFolder, "projectors LARDER_DATA_DIR": noFolder,
			"command-api LARDER_ADDR": "Lambda brings requests", "query-api LARDER_ADDR": "as of command-api", "file-service LARDER_ADDR": "as of command-api",
		}},
		"free": {told: freeTells(t), lacks: []string{"operator"}, left: map[string]string{
			"LARDER_ADDR": "the Procfile says it", "LARDER_DATA_DIR": "the Procfile says it", "LARDER_LOG_LEVEL": "the default",
			"LARDER_METRICS_*": "there is no Prometheus", "LARDER_LIMIT_*": "the default", "LARDER_MAX_*": "the default", "LARDER_CLAMD": "nothing runs beside it",
			"LARDER_CDN_URL": "one who has a CDN adds it", "LARDER_CDN_SECRET_ALSO": "while it is changed", "LARDER_CLOUDFRONT_*": "there is none",
			"LARDER_ELASTICSEARCH_*": "the index is in the process", "LARDER_FEED_NATS_*": "one account for all", "LARDER_GROCERY_NATS_*": "one account for all",
			"GOMEMLIMIT": "larder up bounds itself", "LARDER_IMPORT_ALLOW": "it has no network at home", "LARDER_BRIDGE_*": bridge, "LARDER_DRAIN": unasked,
		}},
	}
}

// Each deployment's files set every setting that a component reads, or a reason says why not; a
// setting with a reason must not be set after all. So a new setting must be considered for each
// deployment.
func TestEverySettingOfEveryDeployment(t *testing.T) {
	t.Parallel()
	by := readers()
	for setting := range settings(t) {
		require.True(t, len(by[setting]) > 0 || strings.HasPrefix(setting, "LARDER_BRIDGE_"), "who reads %s?", setting)
	}
	for name, d := range deployments(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			used := map[string]bool{}
			for setting, components := range by {
				for _, component := range components {
					if slices.Contains(d.lacks, component) {
						continue
					}
					reason, why := d.reason(component, setting)
					require.NotEqual(t, why, d.told[component][setting], "%s of %s: told %t, and left as it is for a reason %t (%s)",
						setting, component, d.told[component][setting], why, reason)
					used[reason] = true
				}
			}
			for _, reasons := range []map[string]string{d.left, d.missing} {
				for of := range reasons {
					require.True(t, used[of] || of == "LARDER_BRIDGE_*", "nothing is left for the reason of %s", of)
				}
			}
		})
	}
}

// reason returns why a setting is left at its default, and the entry that says so.
func (d deployment) reason(component, setting string) (name string, has bool) {
	for _, reasons := range []struct {
		all map[string]string
		of  string
	}{{d.missing, component + " " + setting}, {d.left, setting}} {
		for name := range reasons.all {
			prefix, many := strings.CutSuffix(name, "*")
			if name == reasons.of || many && strings.HasPrefix(reasons.of, prefix) {
				return name, true
			}
		}
	}
	return "", false
}

// Settings that .env may leave out have the program's defaults in Compose.
func TestComposeHasTheProgramsDefaults(t *testing.T) {
	t.Parallel()
	defaults := map[string]string{}
	program := read(t, "cmd", "larder", "limiting.go") + read(t, "cmd", "larder", "retention.go")
	for _, found := range regexp.MustCompile(`env:"(\w+)" default:"([^"]+)"`).FindAllStringSubmatch(program, -1) {
		defaults[found[1]] = found[2]
	}
	said := map[string]string{}
	for _, found := range regexp.MustCompile(`(?m)^ +(\w+): \$\{(\w+):-([^}]*)\}`).FindAllStringSubmatch(read(t, "deploy", "compose", "services.yml"), -1) {
		if _, known := defaults[found[1]]; known {
			require.Equal(t, found[1], found[2])
			said[found[1]] = found[3]
		}
	}
	require.Equal(t, defaults, said)
}

func composeTells(t *testing.T) map[string]map[string]bool {
	t.Helper()
	var file struct {
		Services map[string]struct {
			Environment map[string]any `yaml:"environment"`
		} `yaml:"services"`
	}
	require.NoError(t, yaml.Unmarshal([]byte(read(t, "deploy", "compose", "services.yml")), &file))
	told := map[string]map[string]bool{}
	for name, service := range file.Services {
		told[name] = keys(service.Environment)
	}
	return told
}

func kubernetesTells(t *testing.T) map[string]map[string]bool {
	t.Helper()
	told, c := map[string]map[string]bool{}, render(t, "prod")
	for name, pod := range c.pods() {
		told[name] = map[string]bool{}
		for _, container := range containers(pod) {
			for _, env := range container.Env {
				told[name][env.Name] = true
			}
			for _, from := range container.EnvFrom {
				maps.Copy(told[name], keys(c.configs[from.ConfigMapRef.Name].Data))
			}
		}
	}
	return told
}

func serverlessTells(t *testing.T) map[string]map[string]bool {
	t.Helper()
	told := map[string]map[string]bool{}
	for name, variables := range serverlessVariables(t) {
		told[name] = keys(variables)
	}
	return told
}

// freeTells returns the variables of the one process, which the release step shares.
func freeTells(t *testing.T) map[string]map[string]bool {
	t.Helper()
	var app struct {
		Env map[string]any `json:"env"`
	}
	require.NoError(t, json.Unmarshal([]byte(read(t, "deploy", "free", "app.json")), &app))
	told := map[string]map[string]bool{"migrate": keys(app.Env)}
	for _, component := range everybody() {
		told[component] = keys(app.Env)
	}
	return told
}

// serverlessVariables returns the variables of each function and of each task's container.
func serverlessVariables(t *testing.T) map[string]map[string]string {
	t.Helper()
	told := map[string]map[string]string{}
	made := readTemplate(t, "deploy", "serverless", "template.yaml")
	common := made.Globals["Function"].(map[string]any)["Environment"].(map[string]any)["Variables"]
	for _, function := range made.of("AWS::Serverless::Function") {
		variables := map[string]string{}
		for _, some := range []any{common, function.Properties["Environment"].(map[string]any)["Variables"]} {
			for name, value := range some.(map[string]any) {
				variables[name] = fmt.Sprint(value)
			}
		}
		told[function.Properties["Handler"].(string)] = variables
	}
	for _, definition := range made.of("AWS::ECS::TaskDefinition") {
		for _, one := range definition.Properties["ContainerDefinitions"].([]any) {
			container, variables := one.(map[string]any), map[string]string{}
			environment, _ := container["Environment"].([]any)
			for _, variable := range environment {
				entry := variable.(map[string]any)
				variables[entry["Name"].(string)] = fmt.Sprint(entry["Value"])
			}
			told[container["Name"].(string)] = variables
		}
	}
	return told
}

func keys[V any](of map[string]V) map[string]bool {
	there := map[string]bool{}
	for name := range of {
		there[name] = true
	}
	return there
}
