package main

// importing says where imports may fetch from.
type importing struct {
	ImportAllow []string `env:"LARDER_IMPORT_ALLOW" placeholder:"HOST" help:"Private hosts, or HOST:PORT, that imports may fetch from."`
}
