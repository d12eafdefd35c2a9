package check

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

// template is a CloudFormation template with its resources by name. The function !Ref x is the map
// {Ref: x}.
type template struct {
	Parameters map[string]any
	Globals    map[string]any
	Resources  map[string]made
}

//nolint:tagliatelle // the names are CloudFormation's
type made struct {
	Type           string
	DeletionPolicy string `yaml:"DeletionPolicy"`
	Properties     map[string]any
}

func readTemplate(tb testing.TB, path ...string) template {
	tb.Helper()
	var node yaml.Node
	require.NoError(tb, yaml.Unmarshal([]byte(read(tb, path...)), &node))
	untag(&node)
	//nolint:tagliatelle // the names are CloudFormation's
	var raw struct {
		Parameters map[string]any `yaml:"Parameters"`
		Globals    map[string]any `yaml:"Globals"`
		Resources  map[string]struct {
			Type           string         `yaml:"Type"`
			DeletionPolicy string         `yaml:"DeletionPolicy"`
			Properties     map[string]any `yaml:"Properties"`
		} `yaml:"Resources"`
	}
	require.NoError(tb, node.Decode(&raw))
	t := template{Parameters: raw.Parameters, Globals: raw.Globals, Resources: map[string]made{}}
	for name, r := range raw.Resources {
		t.Resources[name] = made{Type: r.Type, DeletionPolicy: r.DeletionPolicy, Properties: r.Properties}
	}
	return t
}

// untag turns CloudFormation's short functions into maps.
func untag(node *yaml.Node) {
	for _, child := range node.Content {
		untag(child)
	}
	name, short := strings.CutPrefix(node.Tag, "!")
	if !short || strings.HasPrefix(name, "!") {
		return
	}
	value := *node
	value.Tag, value.Anchor = "", ""
	*node = yaml.Node{
		Kind: yaml.MappingNode, Tag: "!!map", Anchor: node.Anchor,
		Content: []*yaml.Node{{Kind: yaml.ScalarNode, Tag: "!!str", Value: name}, &value},
	}
}

// of returns the resources of a type.
func (t template) of(kind string) map[string]made {
	found := map[string]made{}
	for name, r := range t.Resources {
		if r.Type == kind {
			found[name] = r
		}
	}
	return found
}

// AWS' own linter has no findings with every warning on.
func TestCloudFormationIsClean(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{"serverless", "aws-servers"} {
		t.Run(folder, func(t *testing.T) {
			t.Parallel()
			run(t, nil, "cfn-lint", "--non-zero-exit-code", "warning", filepath.Join("deploy", folder, "template.yaml"))
		})
	}
}

// The routes by method equal nginx's, each to its component.
func TestServerlessRoutes(t *testing.T) {
	t.Parallel()
	made := readTemplate(t, "deploy", "serverless", "template.yaml")
	routes := map[string]string{}
	for _, function := range made.of("AWS::Serverless::Function") {
		for _, event := range function.Properties["Events"].(map[string]any) {
			of := event.(map[string]any)
			if of["Type"] == "HttpApi" {
				route := of["Properties"].(map[string]any)
				routes[route["Method"].(string)+" "+route["Path"].(string)] = function.Properties["Handler"].(string)
			}
		}
	}
	require.Equal(t, map[string]string{
		"POST /api/{proxy+}": "command-api", "PUT /api/{proxy+}": "command-api", "PATCH /api/{proxy+}": "command-api",
		"DELETE /api/{proxy+}": "command-api", "OPTIONS /api/{proxy+}": "command-api",
		"GET /api/{proxy+}": "query-api", "HEAD /api/{proxy+}": "query-api",
		"POST /api/recipes/{id}/files": "file-service", "DELETE /api/files/{proxy+}": "file-service",
		"GET /api/files/{proxy+}": "file-service", "GET /files/{proxy+}": "file-service", "HEAD /files/{proxy+}": "file-service",
	}, routes)
}

// Data that must survive does: databases in two zones with encrypted snapshots, and removing a
// stack loses nothing.
func TestServerlessKeepsData(t *testing.T) {
	t.Parallel()
	made := readTemplate(t, "deploy", "serverless", "template.yaml")
	databases := made.of("AWS::RDS::DBInstance")
	require.Equal(t, true, databases["Database"].Properties["MultiAZ"])
	for name, database := range databases {
		require.Equal(t, true, database.Properties["StorageEncrypted"], name)
		require.Equal(t, false, database.Properties["PubliclyAccessible"], name)
		require.GreaterOrEqual(t, database.Properties["BackupRetentionPeriod"], 7, name)
		require.Equal(t, "Snapshot", database.DeletionPolicy, name)
	}
	redis := made.Resources["Redis"].Properties
	require.Equal(t, true, redis["TransitEncryptionEnabled"])
	require.Equal(t, true, redis["AutomaticFailoverEnabled"])
	checkBuckets(t, made)
}

// checkBuckets checks that no bucket is public, and that removed files can be recovered.
func checkBuckets(t *testing.T, made template) {
	t.Helper()
	for name, bucket := range made.of("AWS::S3::Bucket") {
		require.Equal(t, map[string]any{
			"BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true,
		}, bucket.Properties["PublicAccessBlockConfiguration"], name)
		require.Equal(t, map[string]any{"Status": "Enabled"}, bucket.Properties["VersioningConfiguration"], name)
	}
	require.Equal(t, "Retain", made.Resources["Files"].DeletionPolicy)
}

// The functions have the required settings, and larder reads every variable that they and Fargate
// get.
func TestServerlessEnvironment(t *testing.T) {
	t.Parallel()
	made, known := readTemplate(t, "deploy", "serverless", "template.yaml"), settings(t)
	globals := made.Globals["Function"].(map[string]any)
	require.Equal(t, "provided.al2023", globals["Runtime"])
	require.Equal(t, []any{"arm64"}, globals["Architectures"])
	functions := made.of("AWS::Serverless::Function")
	require.Len(t, functions, 3)
	variables := []any{globals["Environment"]}
	for _, function := range functions {
		variables = append(variables, function.Properties["Environment"])
	}
	seen := 0
	for _, some := range variables {
		if some == nil {
			continue
		}
		for name := range some.(map[string]any)["Variables"].(map[string]any) {
			require.True(t, known[name], "larder doesn't read %s", name)
			seen++
		}
	}
	for task, definition := range made.of("AWS::ECS::TaskDefinition") {
		for _, one := range definition.Properties["ContainerDefinitions"].([]any) {
			container := one.(map[string]any)
			environment, _ := container["Environment"].([]any)
			for _, variable := range environment {
				name := variable.(map[string]any)["Name"].(string)
				require.True(t, known[name] || container["Name"] == "nats", "%s: larder doesn't read %s", task, name)
				seen++
			}
			if container["Name"] == "nats" {
				require.Equal(t, versions(t)["NATS_IMAGE"], container["Image"])
			}
		}
	}
	require.Greater(t, seen, 20)
}

// Each component has its own role in both databases, with a secret that only it and the task that
// creates the roles get; whatever connects as the owner answers no requests.
func TestServerlessRoles(t *testing.T) {
	t.Parallel()
	told := serverlessVariables(t)
	secret := regexp.MustCompile(`secretsmanager:\$\{(\w+)\}`)
	roles := map[string]string{}
	for _, component := range []string{"command-api", "query-api", "file-service", "relay", "projectors"} {
		for variable, database := range map[string]string{"LARDER_POSTGRES_URL": "Database", "LARDER_BACKUP_POSTGRES_URL": "BackupDatabase"} {
			address := told[component][variable]
			require.Contains(t, address, "postgres://larder_"+strings.ReplaceAll(component, "-", "_")+":{{resolve:", component)
			require.Contains(t, address, "@${"+database+".Endpoint.Address}", component)
			roles[component] = secret.FindStringSubmatch(address)[1]
		}
		for name, variables := range told {
			for variable, value := range variables {
				require.True(t, name == component || name == "migrate" || !strings.Contains(value, "${"+roles[component]+"}"), "%s of %s", variable, name)
				require.True(t, name != component || !strings.Contains(value, "${DatabaseSecret}"), "%s knows the owner's password", name)
			}
		}
		require.Contains(t, told["migrate"]["LARDER_ROLE_PASSWORDS"],
			component+"={{resolve:secretsmanager:${"+roles[component]+"}:SecretString:password}}")
	}
	require.Len(t, slices.Compact(slices.Sorted(maps.Values(roles))), 5)
	for _, owner := range []string{"migrate", "run", "verify"} {
		require.Contains(t, told[owner]["LARDER_POSTGRES_URL"], "postgres://larder:{{resolve:secretsmanager:${DatabaseSecret}:", owner)
	}
}

// The NATS secret is one complete configuration file for the server, and credentials for the
// Fargate services.
func TestServerlessSecrets(t *testing.T) {
	t.Parallel()
	var secret map[string]string
	require.NoError(t, json.Unmarshal([]byte(run(t, nil, "scripts/serverless-secrets", t.TempDir())), &secret))
	require.NotContains(t, secret["nats.conf"], "\ninclude ")
	require.Contains(t, secret["nats.conf"], "sync_interval: always")
	require.Contains(t, secret["nats.conf"], "resolver")
	for _, name := range []string{"relay", "projectors", "feed"} {
		require.Contains(t, secret[name+".creds"], "BEGIN NATS USER JWT", name)
	}
}

// This covers what moto's CloudFormation can't create: files are readable only at signed addresses,
// under existing names, and no role may do everything.
func TestServersTemplate(t *testing.T) {
	t.Parallel()
	made := readTemplate(t, "deploy", "aws-servers", "template.yaml")
	checkBuckets(t, made)
	cdn := made.Resources["Cdn"].Properties["DistributionConfig"].(map[string]any)
	behaviour := cdn["DefaultCacheBehavior"].(map[string]any)
	require.Equal(t, []any{map[string]any{"Ref": "CdnKeys"}}, behaviour["TrustedKeyGroups"])
	require.Equal(t, "https-only", behaviour["ViewerProtocolPolicy"])
	plain := made.Resources["ToTls"].Properties
	require.EqualValues(t, 80, plain["Port"])
	require.Equal(t, "redirect", plain["DefaultActions"].([]any)[0].(map[string]any)["Type"])
	var names []any
	for _, record := range made.of("AWS::Route53::RecordSet") {
		names = append(names, record.Properties["Name"])
	}
	require.ElementsMatch(t, []any{map[string]any{"Ref": "Domain"}, map[string]any{"Sub": "files.${Domain}"}}, names)
	for _, folder := range []string{"aws-servers", "serverless"} {
		for name, r := range readTemplate(t, "deploy", folder, "template.yaml").Resources {
			policies, _ := r.Properties["Policies"].([]any)
			for _, policy := range policies {
				document := policy.(map[string]any)["PolicyDocument"].(map[string]any)
				for _, statement := range document["Statement"].([]any) {
					checkStatement(t, name, statement.(map[string]any))
				}
			}
		}
	}
}

// checkStatement checks for least privilege. The only action that AWS can't restrict to a resource
// is the registry login.
func checkStatement(t *testing.T, name string, statement map[string]any) {
	t.Helper()
	actions, several := statement["Action"].([]any)
	if !several {
		actions = []any{statement["Action"]}
	}
	for _, action := range actions {
		require.NotContains(t, action, "*", name)
		require.True(t, statement["Resource"] != "*" || action == "ecr:GetAuthorizationToken", "%s may do %s with everything", name, action)
	}
}
