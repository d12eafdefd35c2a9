// Cooks by the types of openapi-typescript, of which openapi-fetch makes calls: main.ts URL NAME PASSWORD.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import createClient from 'openapi-fetch'
import type { paths } from './apidocs'

const [baseUrl, username, password] = process.argv.slice(2) as [string, string, string]
const client = createClient<paths>({ baseUrl })
const session = await client.POST('/api/session', { body: { username, password } })
assert(session.data)
const headers = { Authorization: `Bearer ${session.data.token}` }
const path = { id: randomUUID() }
const put = await client.PUT('/api/recipes/{id}', {
  params: { path, header: { 'If-None-Match': '*' } },
  body: { name: 'Leek soup of TypeScript', ingredients: [{ text: '2 leeks' }] },
  headers,
})
assert.equal(put.data?.version, 1)
const got = await client.GET('/api/recipes/{id}', { params: { path }, headers })
assert.deepEqual(got.data, put.data)
assert.equal(got.data?.ingredients[0]?.quantity, 2)
const found = await client.GET('/api/recipes', { params: { query: { q: 'typescript' } }, headers })
assert.deepEqual(
  found.data?.items.map(({ id }) => id),
  [path.id],
)
