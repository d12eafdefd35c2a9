package testkit

import (
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"larder.dev/internal/datadir"
)

// Upstreams are the components behind nginx, as host:port.
type Upstreams struct{ CommandAPI, QueryAPI, FileService, Importer, GroceryApp string }

// Nginx starts a real nginx with deploy/nginx's configuration in front of some components, and
// returns its address, such as http://127.0.0.1:8080. It ends with the test.
func Nginx(tb testing.TB, behind Upstreams) string {
	tb.Helper()
	return NginxWith(tb, behind, map[string]string{}).Plain
}

// NginxAddresses are where nginx listens: for everybody, and for a load balancer that terminates
// TLS.
type NginxAddresses struct{ Plain, BehindTLS string }

// NginxWith is Nginx with settings for its template.
func NginxWith(tb testing.TB, behind Upstreams, settings map[string]string) NginxAddresses {
	tb.Helper()
	settings = maps.Clone(settings)
	// Not TempDir: if the test runs as root, the workers are another user.
	dir, err := os.MkdirTemp("", "larder-nginx-") //nolint:usetesting // see above
	must(tb, err)
	must(tb, os.Chmod(dir, 0o777)) //nolint:gosec // as above
	tb.Cleanup(func() { _ = os.RemoveAll(dir) })
	for attempt := 1; ; attempt++ {
		port, err := datadir.FreePort()
		must(tb, err)
		tlsPort, err := datadir.FreePort()
		must(tb, err)
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
		settings["LARDER_LISTEN"], settings["LARDER_TLS_PORT"] = address, strconv.Itoa(tlsPort)
		if startNginx(tb, dir, address, nginxConfig(tb, dir, behind, settings)) {
			return NginxAddresses{Plain: "http://" + address, BehindTLS: "http://127.0.0.1:" + strconv.Itoa(tlsPort)}
		}
		if attempt == nginxAttempts {
			said, _ := os.ReadFile(filepath.Join(dir, "error.log"))
			tb.Fatalf("nginx didn't start: %s", said)
		}
	}
}

// nginxAttempts is how many ports are tried, since another program may take each before nginx does.
const nginxAttempts = 5

// startNginx reports whether nginx came up. If it ended at once, the port was taken meanwhile, or
// its configuration is invalid.
func startNginx(tb testing.TB, dir, address, config string) bool {
	tb.Helper()
	file := filepath.Join(dir, "nginx.conf")
	must(tb, os.WriteFile(file, []byte(config), 0o644)) //nolint:gosec // for its workers
	//nolint:gosec,noctx // the program is the developer's choice, and ends with the test
	command := exec.Command(nginxProgram(tb), "-p", dir, "-e", filepath.Join(dir, "error.log"), "-c", file)
	must(tb, command.Start())
	ended := make(chan struct{})
	go func() {
		_ = command.Wait()
		close(ended)
	}()
	tb.Cleanup(func() {
		_ = command.Process.Signal(syscall.SIGTERM)
		Wait(tb, ended, "the end of nginx")
	})
	client := &http.Client{Timeout: time.Second}
	up := false
	Until(tb, "nginx answers or ends", func() bool {
		select {
		case <-ended:
			return true
		default:
		}
		answer, err := client.Get("http://" + address + "/healthz") //nolint:noctx // it has a deadline
		if err != nil {
			return false
		}
		up = answer.StatusCode == http.StatusOK
		return answer.Body.Close() == nil && up
	})
	return up
}

// nginxConfig renders the template as nginx's own image does, in the test's own http block.
func nginxConfig(tb testing.TB, dir string, behind Upstreams, given map[string]string) string {
	tb.Helper()
	settings := map[string]string{
		"LARDER_TLS": "off", "LARDER_LOAD_BALANCER": "unix:", "LARDER_CDN_ORIGIN": "",
		"LARDER_ACCESS_LOG": filepath.Join(dir, "access.log"),
		"LARDER_RESOLVER":   "127.0.0.1", // never asked: components are given by address
		"LARDER_CACHE":      dir, "LARDER_WEB_ROOT": filepath.Join(moduleRoot(), "web", "dist", "app"),
		"LARDER_WEB_HEADERS": filepath.Join(moduleRoot(), "deploy", "nginx", "web-headers.conf"),
		"LARDER_COMMAND_API": behind.CommandAPI, "LARDER_QUERY_API": behind.QueryAPI,
		"LARDER_FILE_SERVICE": behind.FileService, "LARDER_IMPORTER": behind.Importer, "LARDER_GROCERY_APP": behind.GroceryApp,
	}
	maps.Copy(settings, given)
	template, err := os.ReadFile(filepath.Join(moduleRoot(), "deploy", "nginx", "larder.conf.template"))
	must(tb, err)
	filled := larderVariable.ReplaceAllStringFunc(string(template), func(variable string) string {
		value, ok := settings[variable[2:len(variable)-1]]
		if !ok {
			tb.Fatalf("the template of nginx asks for %s, which no test gives it", variable)
		}
		return value
	})
	user := ""
	if os.Getenv(mounting) != "" {
		user = "user root;" // there is nobody else whom its workers could be
	}
	return strings.NewReplacer("USER", user, "DIR", dir, "SERVER", filled).Replace(nginxMain)
}

// nginxMain surrounds the template; nginx's image has it in a separate file.
const nginxMain = `
USER
worker_processes 1;
daemon off;
pid DIR/nginx.pid;
events { worker_connections 1024; }
http {
    client_body_temp_path DIR/body;
    proxy_temp_path DIR/proxy;
    fastcgi_temp_path DIR/fastcgi;
    uwsgi_temp_path DIR/uwsgi;
    scgi_temp_path DIR/scgi;
    SERVER
}
`

// larderVariable matches our variables in a template; nginx has its own.
var larderVariable = regexp.MustCompile(`\$\{LARDER_[A-Z_]+\}`)

// nginxProgram is the program that make fetches, or LARDER_TEST_NGINX's.
func nginxProgram(tb testing.TB) string {
	tb.Helper()
	path := os.Getenv("LARDER_TEST_NGINX")
	if path == "" {
		path = filepath.Join(moduleRoot(), ".tools", "nginx")
	}
	if _, err := os.Stat(path); err != nil { //nolint:gosec // as above: a developer names it
		tb.Fatalf("no nginx at %s: make test puts one there; LARDER_TEST_NGINX names another", path)
	}
	return path
}

// moduleRoot is the folder of go.mod.
func moduleRoot() string {
	_, file, _, _ := runtime.Caller(0) //nolint:dogsled // only the file is needed
	return filepath.Dir(filepath.Dir(filepath.Dir(file)))
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
