package controlplane

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
)

const metricsAPI = "/apis/metrics.k8s.io/v1beta1"

// meter is a resource metrics API like metrics-server: it reports a given share of each container's
// CPU request as used.
type meter struct {
	plane   *plane
	percent atomic.Int64
}

// startMeter points the control plane at the meter.
func startMeter(t *testing.T, p *plane) *meter {
	t.Helper()
	m := &meter{plane: p}
	server := httptest.NewTLSServer(m)
	t.Cleanup(server.Close)
	p.apply(t, fmt.Sprintf(meterService, port(t, server.URL)))
	p.soon(t, "the API server doesn't find the meter", func() bool { return p.get(metricsAPI, nil) == nil })
	return m
}

func (m *meter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	var answer any = map[string]any{
		"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "metrics.k8s.io/v1beta1",
		"resources": []any{map[string]any{"name": "pods", "namespaced": true, "kind": "PodMetrics", "verbs": []string{"get", "list"}}},
	}
	if namespace, ok := strings.CutPrefix(r.URL.Path, metricsAPI+"/namespaces/"); ok {
		usage, err := m.measure(strings.TrimSuffix(namespace, "/pods"), r.URL.Query().Get("labelSelector"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		answer = usage
	}
	body, err := json.Marshal(answer)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	_, _ = w.Write(body)
}

func (m *meter) measure(namespace, selector string) (any, error) {
	pods, err := m.plane.pods(namespace, selector)
	if err != nil {
		return nil, err
	}
	items := []any{}
	for _, pod := range pods {
		var containers []any
		for _, container := range pod.Spec.Containers {
			asked, err := resource.ParseQuantity(container.Resources.Requests["cpu"])
			if err != nil {
				return nil, fmt.Errorf("pod %s: %w", pod.Metadata.Name, err)
			}
			containers = append(containers, map[string]any{
				"name":  container.Name,
				"usage": map[string]any{"cpu": fmt.Sprintf("%dm", asked.MilliValue()*m.percent.Load()/100), "memory": "64Mi"},
			})
		}
		items = append(items, map[string]any{
			"metadata":  map[string]any{"name": pod.Metadata.Name, "namespace": namespace, "labels": pod.Metadata.Labels},
			"timestamp": time.Now().UTC().Format(time.RFC3339), "window": "10s", "containers": containers,
		})
	}
	return map[string]any{"kind": "PodMetricsList", "apiVersion": "metrics.k8s.io/v1beta1", "items": items}, nil
}

// pod is the part of a pod that the tests read.
type pod struct {
	Metadata struct {
		Name              string            `json:"name"`
		Labels            map[string]string `json:"labels"`
		DeletionTimestamp *string           `json:"deletionTimestamp"` //nolint:tagliatelle // Kubernetes' name
	} `json:"metadata"`
	Spec struct {
		Containers []struct {
			Name      string `json:"name"`
			Image     string `json:"image"`
			Resources struct {
				Requests map[string]string `json:"requests"`
			} `json:"resources"`
		} `json:"containers"`
	} `json:"spec"`
	Status struct {
		Conditions []struct {
			Type   string `json:"type"`
			Status string `json:"status"`
		} `json:"conditions"`
	} `json:"status"`
}

// ready reports whether a service sends it requests.
func (p pod) ready() bool {
	for _, condition := range p.Status.Conditions {
		if condition.Type == "Ready" {
			return condition.Status == "True" && p.Metadata.DeletionTimestamp == nil
		}
	}
	return false
}

func (p *plane) pods(namespace, selector string) ([]pod, error) {
	var list struct{ Items []pod }
	err := p.get("/api/v1/namespaces/"+namespace+"/pods?labelSelector="+url.QueryEscape(selector), &list)
	return list.Items, err
}

const meterService = `apiVersion: v1
kind: Service
metadata: {name: meter, namespace: kube-system}
spec: {type: ExternalName, externalName: localhost, ports: [{port: %[1]s}]}
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1beta1.metrics.k8s.io}
spec:
  group: metrics.k8s.io
  version: v1beta1
  groupPriorityMinimum: 100
  versionPriority: 100
  insecureSkipTLSVerify: true
  service: {name: meter, namespace: kube-system, port: %[1]s}
`
