// Package bleveindex keeps a searchindex.Index in a folder, on bleve's storage
// engine (scorch). Nothing of bleve shows through.
//
// The package uses bleve as a sorted, durable term dictionary with postings,
// and ranks by itself: bleve's scores can't keep an exact match before a typo,
// and a sorted search of bleve visits every match for every page.
//
// The folder:
//
//	CURRENT        the name of the serving generation; replaced by a rename
//	LOCK           held while the index is open: one process per index
//	generation-N/  one index; those that CURRENT doesn't name are leftovers
//
// What is indexed is only a view of what is kept elsewhere. A folder that is
// damaged is therefore not repaired: the index starts empty, says so in the
// log, and reports Fresh until it is filled again.
package bleveindex
