// Package elastic implements searchindex.Index in Elasticsearch 8.
//
// Searches and writes go to an alias for one index, a generation; a rebuild fills the next one
// beside it. The index only stores what is searched: owner, id, name, the name folded to words and
// to a sort key, tags, and whether the document is deleted. A document's version is Elasticsearch's
// external version, so the newer one wins wherever a write comes from. A deleted document stays as
// a tombstone.
//
// Names and queries are folded by wordfold, not by an analyser: the words are keywords, queries
// fold as the index folds, and searchindex.MatchWord defines what matches. The suite compares the
// two on random names.
//
// Cursors are positions (searchindex.Position), which search_after accepts directly. A point in
// time would add nothing: the order of two documents never changes while both exist, and a cursor
// without server state stays valid for ever and on any server.
package elastic
