//go:build !plans

package postgres

// ledgerRows are enough for the planner to tell a table from an index.
const ledgerRows = 40_000
