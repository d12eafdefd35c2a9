// Package check holds the checks of deploy/: each file is rendered, decoded and linted by the tools
// that will read it. It is a separate module, to keep Kubernetes' types and kustomize out of the
// product's go.mod, where readers and vulnerability scanners would find them.
package check
