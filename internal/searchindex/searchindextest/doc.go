// Package searchindextest is the suite that every implementation of searchindex.Index passes, with
// a reference implementation to compare with.
package searchindextest
