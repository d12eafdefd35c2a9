// Package check holds the checks of deploy/: what is rendered, described and linted there is read as the ones read it
// for whom it is written. It is a module of its own, so that Kubernetes' types and kustomize are in no go.mod that a
// reader, or a vulnerability scanner, of the product's has to look at.
package check
