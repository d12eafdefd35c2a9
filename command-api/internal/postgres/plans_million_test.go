//go:build plans

package postgres

const ledgerRows = 1_000_000
