// Package controlplane tests deploy/kubernetes on a real control plane: etcd, Kubernetes' API
// server, controller manager and scheduler. kwok simulates nodes and pods: it reports what kubelets
// would, but runs nothing.
package controlplane

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// binariesVariable names the folder with the programs (make control-plane).
const binariesVariable = "LARDER_CONTROL_PLANE"

// patience is the time for a controller to act, on a busy machine.
const patience = 2 * time.Minute

// plane is a separate control plane.
type plane struct {
	binaries   string
	folder     string
	url        string // of the API server
	token      string // of its administrator
	kubeconfig string
	client     *http.Client
}

// startPlane starts one with three nodes, and a default storage class with enough volumes.
func startPlane(t *testing.T) *plane {
	t.Helper()
	binaries := os.Getenv(binariesVariable)
	require.NotEmpty(t, binaries, "%s names no folder: make test-deploy sets it", binariesVariable)
	p := &plane{
		binaries: binaries, folder: t.TempDir(), token: rand.Text(), url: "https://127.0.0.1:" + port(t),
		client: &http.Client{
			Timeout: 10 * time.Second,
			// Our own local server, with a certificate that it has just made.
			Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}},
		},
	}
	p.kubeconfig = p.write(t, "kubeconfig", fmt.Sprintf(kubeconfig, p.url, p.token))
	key := p.accountKey(t)
	etcd := p.startEtcd(t)
	p.start(t, "kube-apiserver",
		"--etcd-servers="+etcd, "--bind-address=127.0.0.1", "--secure-port="+port(t, p.url), "--cert-dir="+p.folder,
		"--token-auth-file="+p.write(t, "tokens", p.token+",admin,admin,system:masters\n"), "--authorization-mode=RBAC",
		"--service-cluster-ip-range=10.96.0.0/16", "--allow-privileged=true", "--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file="+key, "--service-account-signing-key-file="+key)
	p.soon(t, "the API server isn't ready", func() bool { return p.get("/readyz", nil) == nil })
	p.start(t, "kube-controller-manager", "--kubeconfig="+p.kubeconfig, "--leader-elect=false", "--secure-port=0",
		"--service-account-private-key-file="+key,
		// As fast as possible: no test waits five minutes for the result.
		"--horizontal-pod-autoscaler-sync-period=2s", "--horizontal-pod-autoscaler-downscale-stabilization=5s",
		"--horizontal-pod-autoscaler-cpu-initialization-period=1s", "--horizontal-pod-autoscaler-initial-readiness-delay=1s")
	p.start(t, "kube-scheduler", "--kubeconfig="+p.kubeconfig, "--leader-elect=false", "--secure-port=0")
	p.start(t, "kwok", "--kubeconfig="+p.kubeconfig, "--manage-all-nodes=true", "--node-lease-duration-seconds=40")
	for i := range 3 {
		p.apply(t, fmt.Sprintf(node, i))
	}
	p.apply(t, storageClass)
	for i := range 20 {
		p.apply(t, fmt.Sprintf(volume, i))
	}
	return p
}

func (p *plane) startEtcd(t *testing.T) (url string) {
	t.Helper()
	url, peers := "http://127.0.0.1:"+port(t), "http://127.0.0.1:"+port(t)
	p.start(t, "etcd", "--data-dir="+filepath.Join(p.folder, "etcd"), "--unsafe-no-fsync",
		"--listen-client-urls="+url, "--advertise-client-urls="+url,
		"--listen-peer-urls="+peers, "--initial-advertise-peer-urls="+peers, "--initial-cluster=default="+peers)
	return url
}

// start runs a program until the test ends. Its output is shown if the test fails.
func (p *plane) start(t *testing.T, program string, args ...string) {
	t.Helper()
	command := exec.Command(filepath.Join(p.binaries, program), args...)
	log, err := os.Create(filepath.Join(p.folder, program+".log"))
	require.NoError(t, err)
	command.Stdout, command.Stderr = log, log
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	require.NoError(t, command.Start())
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
		if t.Failed() {
			said, _ := os.ReadFile(log.Name())
			t.Logf("%s said last:\n%s", program, said[max(0, len(said)-4000):])
		}
		_ = log.Close()
	})
}

func (p *plane) write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(p.folder, name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// accountKey creates the key that signs service account tokens.
func (p *plane) accountKey(t *testing.T) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	text := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	return p.write(t, "accounts.key", string(text))
}

// port returns a free port, or that of an address.
func port(t *testing.T, of ...string) string {
	t.Helper()
	for _, url := range of {
		return url[strings.LastIndex(url, ":")+1:]
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = listener.Close() }()
	_, number, err := net.SplitHostPort(listener.Addr().String())
	require.NoError(t, err)
	return number
}

// get reads JSON from the API server.
func (p *plane) get(path string, into any) error {
	request, err := http.NewRequest(http.MethodGet, p.url+path, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+p.token)
	answer, err := p.client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s: %s", path, answer.Status, body)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(body, into)
}

// run runs a program of this repository, or kubectl, with this cluster's kubeconfig.
func (p *plane) run(t *testing.T, input, program string, args ...string) (output string, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, program, args...)
	command.Dir = root(t)
	command.Env = append(os.Environ(), "KUBECONFIG="+p.kubeconfig, "PATH="+p.binaries+":"+os.Getenv("PATH"),
		"LARDER_S3_ENDPOINT=https://s3.larder.example", "LARDER_S3_BUCKET=files", "LARDER_S3_ACCESS_KEY=key", "LARDER_S3_SECRET_KEY=secret")
	command.Stdin = strings.NewReader(input)
	var out, said bytes.Buffer
	command.Stdout, command.Stderr = &out, &said
	if err := command.Run(); err != nil {
		return out.String(), fmt.Errorf("%s %q: %w: %s", program, args, err, said.String())
	}
	return out.String(), nil
}

// deploy rolls out a version.
func (p *plane) deploy(t *testing.T, overlay, version string) error {
	t.Helper()
	_, err := p.run(t, "", filepath.Join("scripts", "kubernetes-deploy"), overlay, registry, version)
	return err
}

func (p *plane) kubectl(t *testing.T, args ...string) string {
	t.Helper()
	output, err := p.run(t, "", filepath.Join(p.binaries, "kubectl"), args...)
	require.NoError(t, err)
	return output
}

func (p *plane) apply(t *testing.T, text string) {
	t.Helper()
	_, err := p.run(t, text, filepath.Join(p.binaries, "kubectl"), "apply", "-f", "-")
	require.NoError(t, err)
}

// soon waits for a controller.
func (p *plane) soon(t *testing.T, otherwise string, holds func() bool) {
	t.Helper()
	require.Eventually(t, holds, patience, 50*time.Millisecond, otherwise)
}

func root(t *testing.T) string {
	t.Helper()
	folder, err := filepath.Abs(filepath.Join("..", ".."))
	require.NoError(t, err)
	return folder
}

const kubeconfig = `apiVersion: v1
kind: Config
current-context: here
clusters: [{name: here, cluster: {server: %s, insecure-skip-tls-verify: true}}]
contexts: [{name: here, context: {cluster: here, user: admin}}]
users: [{name: admin, user: {token: %s}}]
`

const node = `apiVersion: v1
kind: Node
metadata:
  name: node-%[1]d
  labels: {kubernetes.io/hostname: node-%[1]d, kubernetes.io/os: linux, topology.kubernetes.io/zone: zone-%[1]d}
  annotations: {kwok.x-k8s.io/node: fake}
status:
  allocatable: {cpu: "32", memory: 128Gi, pods: "200"}
  capacity: {cpu: "32", memory: 128Gi, pods: "200"}
`

const storageClass = `apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: disks, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}
provisioner: kubernetes.io/no-provisioner
volumeBindingMode: WaitForFirstConsumer
`

const volume = `apiVersion: v1
kind: PersistentVolume
metadata: {name: disk-%[1]d}
spec:
  capacity: {storage: 200Gi}
  accessModes: [ReadWriteOnce]
  storageClassName: disks
  persistentVolumeReclaimPolicy: Retain
  hostPath: {path: /disks/%[1]d}
`
