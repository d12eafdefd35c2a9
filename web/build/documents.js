// Checks what other programs read of Larder's interfaces as those read it: the OpenAPI documents, each and joined, by
// redocly and spectral. A warning is a failure.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url))
const documents = ['command-api', 'query-api', 'file-service', 'grocery-app', 'internal/apidocs'].map(
  (folder) => path(`../../${folder}/openapi.yaml`),
)

const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }

check(
  'redocly',
  ['lint', '--config', path('redocly.yaml'), '--max-problems', '50', ...documents],
  /\bwarning\b/i,
)
check('spectral', ['lint', '--ruleset', path('spectral.yaml'), '--fail-severity', 'warn', ...documents])

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
