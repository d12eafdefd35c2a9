// Package searchindextest holds the suite that every implementation of
// searchindex.Index passes, and a reference implementation to compare with.
package searchindextest
