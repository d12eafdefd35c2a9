// Package compose_test checks docker-compose.yml as Compose itself reads it.
package compose_test

import (
	"context"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/stretchr/testify/require"

	"larder.dev/internal/postgresroles"
)

const root = "../.."

// passwords returns the variables that scripts/compose-secrets writes into .env.
func passwords() []string {
	return []string{
		"POSTGRES_ADMIN_PASSWORD", "COMMAND_API_POSTGRES_PASSWORD", "QUERY_API_POSTGRES_PASSWORD", "FILE_SERVICE_POSTGRES_PASSWORD",
		"IMPORTER_POSTGRES_PASSWORD", "RELAY_POSTGRES_PASSWORD", "PROJECTORS_POSTGRES_PASSWORD",
		"POSTGRES_PASSWORD", "BACKUP_POSTGRES_PASSWORD", "GROCERY_POSTGRES_PASSWORD", "REDIS_PASSWORD", "ELASTIC_PASSWORD",
		"S3_SECRET_KEY", "CDN_SECRET",
	}
}

// load loads the project from a folder with its files and an .env with these names.
func load(t *testing.T, names ...string) (*types.Project, error) {
	t.Helper()
	folder := t.TempDir()
	for _, file := range []string{"docker-compose.yml", "deploy/compose/services.yml", "deploy/versions.env"} {
		text, err := os.ReadFile(filepath.Join(root, file))
		require.NoError(t, err)
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(folder, file)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(folder, file), text, 0o600))
	}
	var env strings.Builder
	for _, name := range names {
		env.WriteString(name + "=value-of-" + name + "\n")
	}
	require.NoError(t, os.WriteFile(filepath.Join(folder, ".env"), []byte(env.String()), 0o600))
	options, err := cli.NewProjectOptions([]string{filepath.Join(folder, "docker-compose.yml")},
		cli.WithWorkingDirectory(folder), cli.WithProfiles([]string{"*"}))
	require.NoError(t, err)
	return options.LoadProject(context.Background())
}

// Every server and component is present, with health checks and limits, and our own have only the
// rights they need.
func TestEveryServiceIsWatchedAndBounded(t *testing.T) {
	t.Parallel()
	project, err := load(t, passwords()...)
	require.NoError(t, err)
	require.Subset(t, slices.Collect(maps.Keys(project.Services)), []string{
		"postgres", "backup-postgres", "grocery-postgres", "redis", "elasticsearch", "nats", "objects", "nginx",
		"migrate", "command-api", "query-api", "file-service", "importer", "relay", "projectors", "grocery-app",
	})
	for name, service := range project.Services {
		require.NotNil(t, service.Deploy, name)
		require.Positive(t, service.Deploy.Resources.Limits.MemoryBytes, "%s has a limit", name)
		if once := name == "migrate" || name == "operator"; !once {
			require.NotNil(t, service.HealthCheck, "%s has a health check", name)
			require.False(t, service.HealthCheck.Disable, name)
			require.Equal(t, "unless-stopped", service.Restart, name)
		}
		if strings.HasPrefix(service.Image, "larder") {
			require.True(t, service.ReadOnly, "%s writes to no image", name)
			require.Equal(t, []string{"ALL"}, service.CapDrop, name)
			require.NotNil(t, service.Build, name)
		} else {
			require.Contains(t, service.Image, ":", "%s names a version", name)
			require.NotContains(t, service.Image, "latest", name)
		}
		require.Equal(t, name == "nginx", len(service.Ports) > 0, "%s: nginx alone can be reached from outside", name)
	}
}

// Every third-party image comes from versions.env: a version in the compose file would drift from
// the tests' version.
func TestEveryVersionIsFromTheOnePlace(t *testing.T) {
	t.Parallel()
	versions, err := os.ReadFile(filepath.Join(root, "deploy", "versions.env"))
	require.NoError(t, err)
	var named []string
	for _, line := range regexp.MustCompile(`(?m)^[A-Z0-9]+_IMAGE=(.+)$`).FindAllStringSubmatch(string(versions), -1) {
		named = append(named, line[1])
	}
	project, err := load(t, passwords()...)
	require.NoError(t, err)
	for name, service := range project.Services {
		if strings.HasPrefix(service.Image, "larder") {
			for argument, value := range service.Build.Args {
				if argument == "VERSION" {
					continue // our own build's version
				}
				require.Contains(t, named, *value, "%s of %s", argument, name)
			}
			continue
		}
		require.Contains(t, named, service.Image, name)
	}
}

// Data that must outlive its container is on a volume.
func TestWhatIsKeptIsOnAVolume(t *testing.T) {
	t.Parallel()
	project, err := load(t, passwords()...)
	require.NoError(t, err)
	for _, name := range []string{"postgres", "backup-postgres", "grocery-postgres", "redis", "elasticsearch", "nats", "objects"} {
		require.True(t, slices.ContainsFunc(project.Services[name].Volumes, func(v types.ServiceVolumeConfig) bool {
			return v.Type == types.VolumeTypeVolume && v.Source == name
		}), name)
	}
}

// There are no default passwords: without one, nothing starts, and the error says what to do.
func TestNoPasswordIsADefault(t *testing.T) {
	t.Parallel()
	for i, missing := range passwords() {
		_, err := load(t, slices.Delete(passwords(), i, i+1)...)
		require.ErrorContains(t, err, missing)
		require.ErrorContains(t, err, "make compose-secrets")
	}
}

// A component has only its own credentials.
func TestEachComponentHasItsOwnCredentials(t *testing.T) {
	t.Parallel()
	project, err := load(t, passwords()...)
	require.NoError(t, err)
	want := map[string][]string{
		"command-api": {"command-api.creds"}, "file-service": {"file-service.creds"}, "importer": {"importer.creds"}, "query-api": {"query-api.creds"}, "grocery-app": {"grocery-app.creds"}, "relay": {"relay.creds"}, "projectors": {"projectors.creds", "feed.creds"},
		"operator": {"operator.creds", "feed.creds"},
	}
	for name, service := range project.Services {
		var has []string
		for _, secret := range service.Secrets {
			has = append(has, secret.Source)
		}
		require.Equal(t, want[name], has, name)
	}
}

// The program or nginx's template reads every setting of a service: a misspelled name would have no
// effect.
func TestEverySettingIsAskedFor(t *testing.T) {
	t.Parallel()
	project, err := load(t, passwords()...)
	require.NoError(t, err)
	asked := map[string]bool{}
	sources, err := filepath.Glob(filepath.Join(root, "cmd", "larder", "*.go"))
	require.NoError(t, err)
	for _, file := range append(sources, filepath.Join(root, "deploy", "nginx", "larder.conf.template")) {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, name := range regexp.MustCompile(`LARDER_[A-Z0-9_]+`).FindAllString(string(text), -1) {
			asked[name] = true
		}
	}
	for name, service := range project.Services {
		for variable := range service.Environment {
			if strings.HasPrefix(variable, "LARDER_") {
				require.True(t, asked[variable], "%s of %s", variable, name)
			}
		}
	}
}

// Components trust only nginx, by name, to say who calls: anything else on a private network could
// write what it likes.
func TestComponentsBelieveNginxAlone(t *testing.T) {
	t.Parallel()
	project, err := load(t, passwords()...)
	require.NoError(t, err)
	for _, name := range []string{"command-api", "query-api", "file-service", "importer", "grocery-app"} {
		require.Equal(t, "dns:nginx", *project.Services[name].Environment["LARDER_TRUSTED_PROXIES"], name)
	}
	require.Contains(t, project.Services, "nginx")
}

// A component knows only the stores it uses, and no other's password.
func TestEachComponentKnowsItsStoresAlone(t *testing.T) {
	t.Parallel()
	project, err := load(t, passwords()...)
	require.NoError(t, err)
	for name, own := range map[string][]string{
		"command-api":  {"LARDER_POSTGRES_URL", "LARDER_BACKUP_POSTGRES_URL", "LARDER_REDIS_URL", "LARDER_NATS_URL"},
		"query-api":    {"LARDER_POSTGRES_URL", "LARDER_BACKUP_POSTGRES_URL", "LARDER_REDIS_URL", "LARDER_NATS_URL", "LARDER_ELASTICSEARCH_URL"},
		"file-service": {"LARDER_POSTGRES_URL", "LARDER_BACKUP_POSTGRES_URL", "LARDER_REDIS_URL", "LARDER_NATS_URL"},
		"importer":     {"LARDER_POSTGRES_URL", "LARDER_BACKUP_POSTGRES_URL", "LARDER_REDIS_URL", "LARDER_NATS_URL"},
		"relay":        {"LARDER_POSTGRES_URL", "LARDER_BACKUP_POSTGRES_URL", "LARDER_NATS_URL"},
		"projectors":   {"LARDER_POSTGRES_URL", "LARDER_BACKUP_POSTGRES_URL", "LARDER_REDIS_URL", "LARDER_NATS_URL", "LARDER_ELASTICSEARCH_URL"},
		"grocery-app":  {"LARDER_GROCERY_POSTGRES_URL", "LARDER_REDIS_URL", "LARDER_GROCERY_NATS_URL"},
	} {
		var told []string
		for variable := range project.Services[name].Environment {
			if strings.HasSuffix(variable, "_URL") && variable != "LARDER_CDN_URL" {
				told = append(told, variable)
			}
		}
		require.ElementsMatch(t, own, told, name)
	}
}

// Each component uses the role that the program assigns it in both databases, with its own
// password, which only migrate also gets.
func TestEachComponentHasItsOwnDatabaseRole(t *testing.T) {
	t.Parallel()
	project, err := load(t, passwords()...)
	require.NoError(t, err)
	var told []string
	for _, role := range postgresroles.Components() {
		variables := project.Services[role.Component].Environment
		var password string
		for server, variable := range map[string]string{"postgres": "LARDER_POSTGRES_URL", "backup-postgres": "LARDER_BACKUP_POSTGRES_URL"} {
			address, err := url.Parse(*variables[variable])
			require.NoError(t, err)
			require.Equal(t, role.Name, address.User.Username(), role.Component)
			require.Equal(t, server, address.Hostname(), role.Component)
			password, _ = address.User.Password()
		}
		for name, service := range project.Services {
			for variable, value := range service.Environment {
				if name != role.Component && name != "migrate" && value != nil {
					require.NotContains(t, *value, password, "%s of %s", variable, name)
				}
			}
		}
		told = append(told, role.Component+"="+password)
	}
	require.ElementsMatch(t, told, strings.Split(*project.Services["migrate"].Environment["LARDER_ROLE_PASSWORDS"], ";"))
	for name, service := range project.Services {
		if user := service.Environment["POSTGRES_USER"]; user != nil {
			require.Equal(t, "postgres", *user, name)
			require.NotEqual(t, *service.Environment["POSTGRES_PASSWORD"], *service.Environment["OWNER_PASSWORD"], name)
		}
	}
}

// None of our images runs as root, and the versions of their base images come from versions.env.
func TestImagesAreNobodys(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(root, "Dockerfile"))
	require.NoError(t, err)
	var stage string
	users := map[string]string{}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		switch {
		case len(fields) == 4 && fields[0] == "FROM":
			stage = fields[3]
			require.True(t, fields[1] == "scratch" || strings.HasPrefix(fields[1], "${"), "%s is of versions.env", fields[1])
		case len(fields) == 2 && fields[0] == "USER":
			users[stage] = fields[1]
		}
	}
	require.Equal(t, map[string]string{"larder": "65532:65532", "nginx": "101"}, users)
}

// The larder image contains no libraries, so its binary must not need any: a package that loads
// libraries at run time makes it need one, even when built without C.
func TestTheImagesBinaryIsStatic(t *testing.T) {
	t.Parallel()
	tags := map[string]string{}
	for _, file := range []string{"Dockerfile", "Makefile", "test/larder/build.go", "deploy/free/circleci.yml"} {
		text, err := os.ReadFile(filepath.Join(root, file))
		require.NoError(t, err)
		found := regexp.MustCompile(`(?:-tags |-tags", "|TAGS := )([a-z,]+)`).FindStringSubmatch(string(text))
		require.NotNil(t, found, file)
		tags[file] = found[1]
	}
	for file, these := range tags {
		require.Equal(t, tags["Dockerfile"], these, "%s builds another larder", file)
	}
	list := exec.Command("go", "list", "-deps", "-tags", tags["Dockerfile"], "larder.dev/cmd/larder")
	list.Env = append(os.Environ(), "CGO_ENABLED=0")
	packages, err := list.Output()
	require.NoError(t, err)
	require.NotContains(t, string(packages), "purego")
}
