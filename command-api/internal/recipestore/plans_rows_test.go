//go:build !plans

package recipestore

// ledgerRows are enough for the planner to prefer an index over a table scan.
const ledgerRows = 40_000
