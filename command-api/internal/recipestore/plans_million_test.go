//go:build plans

package recipestore

const ledgerRows = 1_000_000
