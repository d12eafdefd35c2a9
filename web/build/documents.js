// Checks the interface documents with the tools that other programs use: the OpenAPI documents,
// each and joined, with redocly and spectral, and the AsyncAPI document with AsyncAPI's parser and
// model generator. Warnings fail too.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { TypeScriptGenerator } from '@asyncapi/modelina'
import { Parser, fromFile } from '@asyncapi/parser'

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url))
const documents = [
  'command-api',
  'query-api',
  'file-service',
  'importer',
  'grocery-app',
  'internal/apidocs',
].map((folder) => path(`../../${folder}/openapi.yaml`))

const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }

check(
  'redocly',
  ['lint', '--config', path('redocly.yaml'), '--max-problems', '50', ...documents],
  /\bwarning\b/i,
)
check('spectral', ['lint', '--ruleset', path('spectral.yaml'), '--fail-severity', 'warn', ...documents])

await checkEvents()

// Every generated model has a descriptive name and a type.
async function checkEvents() {
  const { document, diagnostics } = await fromFile(new Parser(), path('../../events/asyncapi.yaml')).parse()
  const models = document ? await new TypeScriptGenerator({ modelType: 'interface' }).generate(document) : []
  const complaints = [
    // 3.1 supports one more protocol, but fewer programs support 3.1.
    ...diagnostics.filter(({ code }) => code !== 'asyncapi-latest-version').map(({ message }) => message),
    ...models
      .filter(({ modelName }) => /anonymous/i.test(modelName))
      .map(({ result }) => `no name: ${result}`),
    ...models
      .filter(({ result }) => /\b(any|unknown)\b/.test(result))
      .map(({ result }) => `no type: ${result}`),
  ]
  if (models.length > 0 && complaints.length === 0) return
  console.error(['events/asyncapi.yaml', ...complaints].join('\n'))
  process.exitCode = 1
}

function check(program, args, complaint = /^$/) {
  try {
    const said = execFileSync(path(`../node_modules/.bin/${program}`), args, {
      env,
      encoding: 'utf8',
      stdio: 'pipe',
    })
    if (!complaint.test(said)) return
    console.error(said)
  } catch (error) {
    console.error(`${error.stdout}${error.stderr}`)
  }
  process.exitCode = 1
}
