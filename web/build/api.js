// Writes src/api/*.gen.ts, the types of the HTTP API, from the openapi.yaml files of the components. The types
// are all there is to generate: openapi-fetch makes calls of them.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import openapiTS, { astToString } from 'openapi-typescript'

const components = ['command-api', 'query-api', 'file-service']

mkdirSync(new URL('../src/api/', import.meta.url), { recursive: true })
for (const component of components) {
  const source = new URL(`../../${component}/openapi.yaml`, import.meta.url)
  if (!existsSync(source)) continue
  const types = astToString(await openapiTS(source, { alphabetize: true }))
  const header = `// Code generated from ${component}/openapi.yaml by "make generate". DO NOT EDIT.\n\n`
  writeFileSync(new URL(`../src/api/${component}.gen.ts`, import.meta.url), header + types)
}
