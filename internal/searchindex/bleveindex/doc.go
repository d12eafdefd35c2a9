// Package bleveindex implements searchindex.Index in a folder, on bleve's storage engine (scorch).
// Nothing of bleve is exposed.
//
// The package uses bleve as a sorted, durable term dictionary with postings, and does its own
// ranking: bleve's scores can't keep an exact match before a typo, and a sorted bleve search visits
// every match for every page.
//
// The folder:
//
//	CURRENT        the name of the serving generation; replaced by a rename
//	LOCK           held while the index is open: one process per index
//	generation-N/  one index; those that CURRENT doesn't name are leftovers
//
// The index is only a view of data stored elsewhere. A damaged folder is therefore not repaired:
// the index starts empty, logs that, and reports Fresh until it is filled again.
package bleveindex
