//go:build !plans

package recipestore

// ledgerRows are enough for the planner to tell a table from an index.
const ledgerRows = 40_000
