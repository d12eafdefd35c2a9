// Generates from the components' openapi.yaml files: src/api/*.gen.ts, the types of the HTTP API
// for openapi-fetch, and the joined document of the whole API (internal/apidocs).
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseYaml, stringifyYaml } from '@redocly/openapi-core'
import openapiTS, { astToString } from 'openapi-typescript'

const components = ['command-api', 'query-api', 'file-service', 'importer', 'grocery-app']
const path = (relative) => fileURLToPath(new URL(relative, import.meta.url))
const documents = components.map((component) => path(`../../${component}/openapi.yaml`))

mkdirSync(path('../src/api/'), { recursive: true })
for (const component of components.slice(0, 4)) {
  const types = astToString(
    await openapiTS(new URL(`../../${component}/openapi.yaml`, import.meta.url), { alphabetize: true }),
  )
  const header = `// Code generated from ${component}/openapi.yaml by "make generate". DO NOT EDIT.\n\n`
  writeFileSync(path(`../src/api/${component}.gen.ts`), header + types)
}

// redocly refuses to join different things with the same name. Of four titles and descriptions it
// keeps the first.
const joined = path('../../internal/apidocs/openapi.yaml')
execFileSync(
  path('../node_modules/.bin/redocly'),
  ['join', ...documents, '--without-x-tag-groups', '-o', joined],
  {
    env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', CI: 'true' },
    stdio: 'pipe', // so that an error includes the output
  },
)
const all = parseYaml(readFileSync(joined, 'utf8'))
all.info = { title: 'Larder', version: '1', description: documents.map(chapter).join('\n') }
const header =
  '# Code generated from the openapi.yaml files of the components by "make generate". DO NOT EDIT.\n'
writeFileSync(joined, header + stringifyYaml(all, { lineWidth: -1 }))

// The methods of each address, across all components.
const methods = Object.fromEntries(
  Object.entries(all.paths).map(([address, operations]) => [
    address,
    ['delete', 'get', 'head', 'patch', 'post', 'put']
      .filter((method) => method in operations)
      .map((method) => method.toUpperCase()),
  ]),
)
writeFileSync(path('../../internal/apidocs/methods.json'), JSON.stringify(methods, null, 2) + '\n')

function chapter(document) {
  const { title, description } = parseYaml(readFileSync(document, 'utf8')).info
  return `# ${title.replace(/^Larder /, 'The ')}\n\n${description}`
}
