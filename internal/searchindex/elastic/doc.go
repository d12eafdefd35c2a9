// Package elastic is a searchindex.Index in Elasticsearch 8.
//
// Searches and writes go to an alias; behind it stands one index, a generation,
// and a rebuild fills the next one beside it. What is stored is what is
// searched, no more: owner, id, name, the name folded to words and to a sort
// key, tags, and whether the document is deleted. Its version is the external
// version that Elasticsearch keeps with every document, so that the newer one
// wins wherever a write comes from. A deleted document stays as a tombstone.
//
// Names and queries are folded by wordfold, not by an analyser: the words are
// keywords, queries fold as the index folds, and what matches is what
// searchindex.MatchWord says. The suite compares the two on random names.
//
// Cursors are positions (searchindex.Position), which search_after takes as
// they are. A point in time would add nothing to that: the order of two
// documents never changes while both stay, and a cursor that needs nothing kept
// on a server is good for ever and on any server.
package elastic
