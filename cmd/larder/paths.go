package main

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// The embedded object store's library changes the working folder, and certificates are read when they are needed. So
// every path in the settings is made absolute when the settings are read: by type:"path" where one is all of a setting,
// else here.

// AfterApply is called by kong once the settings are read.
func (s *settings) AfterApply() error {
	if err := absoluteEnvironment(); err != nil {
		return err
	}
	for _, address := range []*string{&s.PostgresURL, &s.BackupPostgresURL, &s.GroceryPostgresURL} {
		absolute, err := absoluteFiles(*address)
		if err != nil {
			return err
		}
		*address = absolute
	}
	return nil
}

// AfterApply is called by kong once the settings are read. What looks like HOST:PORT is no path.
func (d *delivery) AfterApply() (err error) {
	if strings.Contains(d.Clamd, "/") {
		d.Clamd, err = filepath.Abs(d.Clamd)
	}
	return err
}

// absoluteFiles gives a PostgreSQL address in which the files of certificates and passwords have absolute paths.
// An address that can't be read stays: whoever opens it says so.
func absoluteFiles(address string) (string, error) {
	parsed, err := url.Parse(address)
	if err != nil || parsed.RawQuery == "" {
		return address, nil //nolint:nilerr // as above
	}
	query := parsed.Query()
	changed := false
	for _, name := range []string{"sslrootcert", "sslcert", "sslkey", "passfile", "servicefile"} {
		value := query.Get(name)
		if value == "" || value == "system" || filepath.IsAbs(value) {
			continue
		}
		absolute, err := filepath.Abs(value)
		if err != nil {
			return "", fmt.Errorf("read %s in the address of PostgreSQL: %w", name, err)
		}
		query.Set(name, absolute)
		changed = true
	}
	if !changed {
		return address, nil
	}
	parsed.RawQuery = strings.ReplaceAll(query.Encode(), "+", "%20") // PostgreSQL's clients take a plus for one
	return parsed.String(), nil
}

// absoluteEnvironment does so with the variables that libraries read: of PostgreSQL, of TLS, of OpenTelemetry.
func absoluteEnvironment() error {
	for _, name := range []string{
		"PGSSLROOTCERT", "PGSSLCERT", "PGSSLKEY", "PGPASSFILE", "PGSERVICEFILE", "SSL_CERT_FILE", "SSL_CERT_DIR",
		"OTEL_EXPORTER_OTLP_CERTIFICATE", "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "OTEL_EXPORTER_OTLP_CLIENT_KEY",
		"OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", "OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE",
		"OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY", "PG_BIN",
	} {
		value := os.Getenv(name)
		if value == "" || value == "system" {
			continue
		}
		paths := filepath.SplitList(value) // SSL_CERT_DIR has several
		for i, path := range paths {
			absolute, err := filepath.Abs(path)
			if err != nil {
				return fmt.Errorf("read %s: %w", name, err)
			}
			paths[i] = absolute
		}
		if err := os.Setenv(name, strings.Join(paths, string(filepath.ListSeparator))); err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
	}
	return nil
}
