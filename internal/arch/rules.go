package arch

import "slices"

const (
	events      = Module + "/events"
	rules       = Module + "/recipe/..." // pure, so any component may import it
	ground      = internal + "..."
	embedded    = Module + "/embedded/..."
	command     = Module + "/command-api"
	internal    = Module + "/internal/"
	operate     = Module + "/operate/..."
	testkit     = internal + "testkit/..."
	fromOutside = Module + "/test/..." // tests of the built binary, which inspect its stores from outside

	// Stores: the only packages that know the tables.
	ledgerGround = internal + "ledger"
	commandStore = Module + "/command-api/internal/recipestore"
	importStore  = Module + "/importer/internal/importstore"
	fileStore    = Module + "/file-service/internal/filestore"
	listStore    = Module + "/grocery-app/internal/liststore"
	replicaStore = Module + "/projectors/replica"
	queryStore   = Module + "/query-api/internal/recipereader"

	// Each component's HTTP packages.
	commandHTTP = Module + "/command-api/internal/commandhttp"
	fileHTTP    = Module + "/file-service/internal/filehttp"
	importHTTP  = Module + "/importer/internal/importhttp"
	listHTTP    = Module + "/grocery-app/internal/listhttp"
	queryHTTP   = Module + "/query-api/internal/queryhttp"

	choice = "an embedded server is a choice of `larder up`; everything else sees an address"
)

// Layers returns the rules between our own packages.
func Layers() []Layer {
	return slices.Concat(componentLayers(), groceryLayers(), pureLayers(), importerLayers(), groundLayers())
}

func componentLayers() []Layer {
	return []Layer{
		{
			Packages: events,
			Third:    []string{},
			Reason:   "events is the language of the system: any program must be able to read an event without our dependencies",
		},
		{
			Packages: command + "/...",
			May:      []string{events, rules, ground, command + "/..."},
			Tests:    []string{Module + "/operate/backup", Module + "/operate/transfer", Module + "/exporter"},
			Reason: "a component speaks with another by events alone; an import between them would make two parts that " +
				"can no longer be deployed, or understood, apart. What an operator does with the ledger is tried on what commands wrote",
		},
		{
			Packages: commandHTTP,
			May:      []string{events, rules, ground, command + "/internal/command", command + "/internal/account"},
			Reason:   "HTTP knows no table: it reads a request, has a command done, and tells what came of it",
		},
		{
			Packages: command + "/internal/command",
			May:      []string{events, rules, commandStore, internal + "ledger", internal + "wordfold"},
			Reason:   "a command is the same whoever asks for it, so it knows neither HTTP nor a command line",
		},
		{
			Packages: Module + "/file-service/...",
			May:      []string{events, rules, ground, Module + "/file-service/..."},
			Tests:    []string{command, Module + "/operate/failback"},
			Reason: "the file service writes to the ledger by internal/ledger and knows the command API's rows, not its code; " +
				"its tests may lay the tables with commandapi.Migrate",
		},
		{
			Packages: Module + "/file-service/internal/files",
			May: []string{
				events, rules, Module + "/file-service/internal/antivirus", Module + "/file-service/internal/attachment", fileStore,
				Module + "/file-service/internal/incoming", Module + "/file-service/internal/picture",
				internal + "cdn", internal + "id", internal + "ledger", internal + "objectstore", internal + "topology",
			},
			Reason: "what is done with a file is the same whoever asks for it, so it doesn't know HTTP",
		},
		{
			Packages: Module + "/query-api/...",
			May:      []string{events, rules, ground, Module + "/query-api/...", Module + "/projectors/views", Module + "/exporter"},
			Tests:    []string{command, Module + "/importer/..."},
			Reason: "the read side sees what projections made (projectors/views says in which shape) and the tables, never " +
				"the write model; its tests may lay the tables with commandapi.Migrate",
		},
		{
			Packages: Module + "/projectors/...",
			May:      []string{events, rules, ground, Module + "/projectors/..."},
			Tests:    []string{command, embedded},
			Reason: "a projection is made from events and nothing else, or a rebuild would not give the same; its tests may " +
				"lay the replica's tables with commandapi.Migrate",
		},
		{
			Packages: Module + "/projectors/views",
			May:      []string{events, rules, ground},
			Reason:   "views is the one part that query-api may import, so it must not draw the projectors in",
		},
	}
}

func pureLayers() []Layer {
	return []Layer{
		{
			Packages: Module + "/recipe",
			May:      []string{events, rules},
			Third:    []string{"golang.org/x/text/...", "github.com/google/uuid", "github.com/rivo/uniseg"},
			Reason:   "the rules of a recipe are pure: no store, no HTTP, so that properties can be tried by the thousand",
		},
		{
			Packages: Module + "/recipe/ingredient/...",
			May:      []string{Module + "/recipe/units", Module + "/recipe/language"},
			Third:    []string{"golang.org/x/text/..."},
			Reason:   "reading an ingredient line is pure: text in, parts out, so that it can be fuzzed",
		},
		{
			Packages: Module + "/recipe/food",
			May:      []string{internal + "wordfold"},
			Third:    []string{},
			Reason:   "which food a row names is pure: words in, keys out, the same for the index, a query and a shopping list",
		},
		{
			Packages: Module + "/recipe/language",
			Third:    []string{},
			Reason:   "a language is tables of words, without code that could tell one from another",
		},
		{
			Packages: Module + "/recipe/units",
			May:      []string{Module + "/recipe/language"},
			Third:    []string{},
			Reason:   "units are numbers and words; the grocery app, which knows no recipe, adds up by them",
		},
		{
			Packages: Module + "/recipe/enclosed",
			May:      []string{events, Module + "/recipe"},
			Third:    []string{},
			Reason:   "exporter writes it and importer reads it, and neither may import the other",
		},
		{
			Packages: Module + "/exporter/...",
			May:      []string{events, rules, Module + "/exporter/..."},
			Third:    []string{"golang.org/x/text/...", "go.yaml.in/yaml/v3", "codeberg.org/go-pdf/fpdf", "golang.org/x/image/font/..."},
			Tests:    []string{Module + "/importer/..."},
			Reason: "writing for other programs is pure: recipes in, bytes out, so that properties can be tried by the thousand; " +
				"its tests read back by the importer",
		},
	}
}

func groceryLayers() []Layer {
	return []Layer{
		{
			Packages: Module + "/grocery-app/...",
			May: []string{
				events, ground, Module + "/grocery-app/internal/...",
				Module + "/recipe/ingredient", Module + "/recipe/food", Module + "/recipe/units",
			},
			Reason: "the grocery app is a program of its own that knows nothing of ours but the feed, so that it stays the " +
				"example for whoever writes another subscriber",
		},
		{
			Packages: Module + "/grocery-app/grocerybridge/...",
			May: []string{
				events, internal + "jetstream", internal + "retry", internal + "telemetry", Module + "/grocery-app/grocerybridge/...",
			},
			Tests: []string{testkit},
			Reason: "the bridge is a second subscriber beside the grocery app: it knows the feed and its target, and neither " +
				"Larder nor that app; what it hands on belongs to the trace of the request that asked for it",
		},
		{
			Packages: Module + "/grocery-app/internal/list/...",
			May:      []string{Module + "/recipe/ingredient", Module + "/recipe/food", Module + "/recipe/units"},
			Third:    []string{},
			Reason:   "the rules of a list are pure: no store, no HTTP, so that properties can be tried by the thousand",
		},
	}
}

// importerLayers are the component, and its packages that read what others wrote.
func importerLayers() []Layer {
	layers := []Layer{
		{
			Packages: Module + "/importer/...",
			May:      []string{events, rules, ground, Module + "/importer/..."},
			Tests:    []string{command, Module + "/file-service"},
			Reason: "the importer writes its steps to the ledger by internal/ledger, and is handed the other components' use " +
				"cases as functions; its tests hand it the real ones",
		},
	}
	packages := []string{"material", "page", "archive", "text", "found"}
	for _, name := range packages {
		layer := Layer{
			Packages: Module + "/importer/" + name,
			May:      []string{events, rules},
			Third: []string{
				"golang.org/x/net/html/...", "golang.org/x/text/...", "github.com/PuerkitoBio/goquery", "github.com/andybalholm/cascadia",
				"go.yaml.in/yaml/v3",
			},
			Reason: "reading what others wrote is pure: bytes in, recipes out. What comes from strangers is read where no store " +
				"and no network can be reached, and can be fuzzed",
		}
		for _, other := range packages {
			layer.May = append(layer.May, Module+"/importer/"+other)
		}
		layers = append(layers, layer)
	}
	return layers
}

func groundLayers() []Layer {
	return []Layer{
		{
			Packages: ground,
			May:      []string{ground},
			Tests:    []string{embedded},
			Reason: "internal has no recipe words, except in tables: it is the ground that components stand on, and imports none " +
				"of them, nor their language",
		},
		{
			Packages: embedded,
			May:      []string{ground, embedded},
			Reason:   "an embedded server stands in for a real one, which knows nothing of us either",
		},
		{
			Packages: testkit,
			May:      []string{ground, embedded},
			Reason:   "the testkit starts the embedded servers for tests of every component, so it must know of none",
		},
		{
			Packages: Module + "/web/...",
			Third:    []string{},
			Reason:   "web is pages in the binary; what they show comes by the HTTP API as it does for any other client",
		},
		{
			Packages: operate,
			May: []string{
				events, rules, ground, operate, command, Module + "/file-service", Module + "/grocery-app", Module + "/projectors/...",
			},
			Reason: "what an operator does is done to all components at once, and so stands above them; it uses their front " +
				"doors, and no component knows of it",
		},
		{
			Packages: Module + "/cmd/...",
			May: []string{
				events, ground, embedded, operate, Module + "/cmd/larder/...",
				command, Module + "/query-api", Module + "/projectors/...", Module + "/grocery-app", Module + "/grocery-app/grocerybridge",
				command, Module + "/query-api", Module + "/file-service", Module + "/projectors/...", Module + "/web",
				Module + "/recipe", Module + "/importer", Module + "/importer/found", Module + "/importer/material", Module + "/exporter",
			},
			Reason: "cmd puts the components together by their front doors; whatever it needs from inside one belongs in " +
				"that one's public package",
		},
		{
			Packages: Module + "/deploy/...",
			Tests:    []string{events, ground, command, Module + "/projectors/..."},
			Reason: "deploy is configuration that others' servers read; its tests run the components under it, and nothing " +
				"imports it",
		},
		{
			Packages: Module + "/docs/subscribers",
			Third:    []string{"github.com/nats-io/nats.go/..."},
			Reason:   "the example of a subscriber shows what a stranger's program needs, which is none of our packages",
		},
		{
			Packages: fromOutside,
			May:      []string{events, ground, embedded, fromOutside},
			Reason:   "test works on the built binary from outside, as a user's program would, and so never imports a component",
		},
	}
}

// Libraries returns the rules for third-party packages: one adapter package each, which handles
// their errors, deadlines and versions in one place.
func Libraries() []Library {
	return slices.Concat(streamLibraries(), storeLibraries(), edgeLibraries(), accountLibraries(), pageLibraries(), testLibraries())
}

func streamLibraries() []Library {
	return []Library{
		{
			Import: "github.com/nats-io/nats.go/...",
			// The servers' permissions are tested with a plain client, like any feed reader's.
			May: []string{
				internal + "jetstream", internal + "natsaccounts/accountstest", fromOutside, Module + "/docs/subscribers",
			},
			Tests:  []string{Module + "/embedded/natsserver", Module + "/deploy/nats"},
			Reason: "what an acknowledgement promises, and how a denied publish is told from a slow one, is decided once",
		},
		{
			Import: "github.com/synadia-io/orbit.go/...",
			May:    []string{internal + "jetstream"},
			Tests:  []string{Module + "/test/bench"},
			Reason: "as nats.go, which it extends; the bench measures us against it",
		},
		{
			Import: "github.com/nats-io/nats-server/...",
			May:    []string{Module + "/embedded/natsserver"},
			Tests:  []string{Module + "/deploy/nats"}, // starts it configured for servers
			Reason: choice,
		},
		{
			Import: "github.com/nats-io/jwt/...",
			May:    []string{internal + "natsaccounts"},
			Reason: "who may do what on NATS is one table, and signed in one place",
		},
		{
			Import: "github.com/nats-io/nkeys",
			May:    []string{internal + "natsaccounts"},
			Reason: "as jwt, whose keys these are",
		},
	}
}

func storeLibraries() []Library {
	return []Library{
		{
			Import: "github.com/jackc/...",
			May: []string{
				internal + "postgres", Module + "/embedded/postgresserver", internal + "postgresroles", internal + "ledger",
				internal + "tables", testkit,
				commandStore, fileStore, importStore, listStore, queryStore,
				Module + "/operate/backup", Module + "/operate/failback",
				internal + "topology", replicaStore, fromOutside,
			},
			Tests: []string{Module + "/..."},
			Reason: "statements are in internal/tables and run in the stores, where transactions and their errors are dealt with, " +
				"and where whole tables are copied; tests may look",
		},
		{
			Import: "github.com/jackc/pgx/v5/pgxpool",
			May: []string{
				internal + "postgres", internal + "ledger", internal + "testkit", Module + "/*",
				commandStore, fileStore, importStore, listStore, queryStore,
				Module + "/operate/backup", Module + "/operate/failback", Module + "/operate/failover", internal + "topology",
				replicaStore, Module + "/cmd/larder/...", fromOutside,
			},
			Tests:  []string{Module + "/..."},
			Reason: "a component's front door is handed a pool and passes it on; what is asked of it stands in the stores",
		},
		{
			Import: "github.com/pressly/goose/...",
			May:    []string{internal + "postgres"},
			Reason: "a database newer than the binary is refused in one place",
		},
		{
			Import: "github.com/redis/go-redis/...",
			May:    []string{internal + "redis", fromOutside},
			Tests:  []string{Module + "/embedded/redisserver"},
			Reason: "a store that is away must look the same everywhere (ErrUnavailable), since sessions answer 503 by it",
		},
		{
			Import: "github.com/go-redis/redis_rate/...",
			May:    []string{internal + "redis"},
			Reason: "as go-redis, which it runs on",
		},
		{
			Import: "github.com/alicebob/miniredis/...",
			May:    []string{Module + "/embedded/redisserver"},
			Reason: choice,
		},
		{
			Import: "github.com/elastic/...",
			May:    []string{internal + "searchindex/elastic"},
			Reason: "as bleve; and the typed API, some 800 packages that no part of us needs, stays out of the build",
		},
		{
			Import: "github.com/minio/minio-go/...",
			May:    []string{internal + "objectstore"},
			Reason: "what is missing is told from what can't be asked in one place, as in the folder",
		},
		{
			Import: "github.com/blevesearch/...",
			May:    []string{internal + "searchindex/bleveindex"},
			Reason: "bleve is one of the engines behind internal/searchindex, and nothing of it may show through",
		},
	}
}

// edges returns each component's HTTP packages.
func edges() []string { return []string{commandHTTP, fileHTTP, importHTTP, listHTTP, queryHTTP} }

func accountLibraries() []Library {
	return []Library{
		{
			Import: "github.com/ccojocar/zxcvbn-go/...",
			May:    []string{internal + "identity"},
			Reason: "as argon2id: what a password may be is decided in one place",
		},
		{
			Import: "go.mau.fi/util/...",
			May:    []string{Module + "/command-api/internal/account"},
			Reason: "which names look the same is asked when an account is added, and nowhere else",
		},
	}
}

func edgeLibraries() []Library {
	return []Library{
		{
			Import: "github.com/gin-gonic/gin/...",
			May:    append(edges(), internal+"httpserver", internal+"identity"),
			Tests:  []string{Module + "/test/bench"},
			Reason: "use cases don't know that they are called by HTTP; the bench measures us against a bare handler",
		},
		{
			Import: "go.opentelemetry.io/...",
			May:    []string{internal + "telemetry", internal + "httpserver"},
			Tests:  []string{Module + "/cmd/...", Module + "/test/e2e"},
			Reason: "what may be in a span, and that a nil one costs nothing, is decided once; httpserver has gin's spans",
		},
		{
			Import: "github.com/aws/aws-lambda-go/...",
			May:    []string{internal + "lambdahttp"},
			Reason: "what Lambda is, a process that is stopped between two requests, is the affair of one thin adapter",
		},
		{
			Import: "github.com/exaring/otelpgx/...",
			May:    []string{internal + "postgres"},
			Reason: "as pgx, which it traces",
		},
		{
			Import: "github.com/getkin/kin-openapi/...",
			May:    slices.Concat(edges(), []string{internal + "httpserver", internal + "apidocs/...", Module + "/*", fromOutside}),
			Reason: "requests are checked against openapi.yaml at the edge",
		},
		{
			Import: "github.com/alexedwards/argon2id",
			May:    []string{internal + "identity"},
			Reason: "the cost of a password, and how many are hashed at once, is decided in one place",
		},
		{
			Import: "github.com/gen2brain/webp/...",
			May:    []string{Module + "/file-service/internal/picture"},
			Reason: "pictures come from strangers: limits are checked in one place before anything is decoded",
		},
		{
			Import: "github.com/gen2brain/heic/...",
			May:    []string{Module + "/file-service/internal/picture"},
			Reason: "as webp",
		},
		{
			Import: "github.com/gen2brain/avif/...",
			May:    []string{Module + "/file-service/internal/picture"},
			Reason: "as webp",
		},
		{
			Import: "github.com/bep/imagemeta",
			May:    []string{Module + "/file-service/internal/picture"},
			Reason: "as webp",
		},
		{
			Import: "github.com/tus/tusd/...",
			May:    []string{Module + "/file-service/internal/resumable"},
			Reason: "how an upload goes on is one package's affair; its errors become ours there",
		},
		{
			Import: "golang.org/x/exp/slog",
			May:    []string{Module + "/file-service/internal/resumable"},
			Reason: "tusd wants its logger of this type; everybody else has log/slog",
		},
		{
			Import: "github.com/gabriel-vasile/mimetype/...",
			May:    []string{Module + "/file-service/internal/files"},
			Reason: "a file's type is found once, when it comes in, and served so for ever",
		},
		{
			Import: "github.com/alecthomas/kong",
			May:    []string{Module + "/cmd/larder/..."},
			Reason: "only the command line reads a command line",
		},
		{
			Import: "github.com/vbauerster/mpb/...",
			May:    []string{Module + "/cmd/larder/..."},
			Reason: "libraries report progress by a callback; how it is drawn is the command line's",
		},
	}
}

func pageLibraries() []Library {
	return []Library{
		{
			Import: "github.com/PuerkitoBio/goquery",
			May:    []string{Module + "/importer/page"},
			Reason: "pages of strangers are read in one place, within bounds",
		},
		{
			Import: "github.com/andybalholm/cascadia",
			May:    []string{Module + "/importer/page"},
			Reason: "as goquery, whose selectors these are",
		},
		{
			Import: "golang.org/x/net/html/...",
			May:    []string{Module + "/importer/page"},
			Reason: "as goquery, whose parser this is",
		},
	}
}

func testLibraries() []Library {
	const reason = "test code stays out of the binary"
	return []Library{
		{Import: "github.com/stretchr/testify/...", May: testOnly(), Tests: []string{Module + "/..."}, Reason: reason},
		{Import: "pgregory.net/rapid", May: testOnly(), Tests: []string{Module + "/..."}, Reason: reason},
		{Import: "github.com/Shopify/toxiproxy/...", May: testOnly(), Tests: []string{Module + "/..."}, Reason: reason},
		{Import: "testing/...", May: testOnly(), Tests: []string{Module + "/..."}, Reason: reason},
		{Import: testkit, May: testOnly(), Tests: []string{Module + "/..."}, Reason: reason},
		{
			Import: "github.com/VictoriaMetrics/metricsql",
			Tests:  []string{Module + "/test/e2e"},
			Reason: "reads PromQL, for the test of the dashboard and the alerts; Prometheus's own parser brings all of Prometheus",
		},
		{
			Import: "github.com/santhosh-tekuri/jsonschema/...",
			May:    []string{fromOutside},
			Tests:  []string{Module + "/..."},
			Reason: "schemas are for readers in other languages; our own code has the Go types",
		},
	}
}

// testOnly lists packages with test code outside _test.go files because several packages run it.
func testOnly() []string {
	return []string{
		testkit,
		internal + "apidocs/apidocstest",
		internal + "natsaccounts/accountstest",
		internal + "objectstore/objectstoretest",
		internal + "searchindex/searchindextest",
		Module + "/projectors/projectiontest",
		fromOutside,
	}
}
