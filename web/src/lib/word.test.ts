import { expect, it } from 'vitest'
import { isLarders } from './word'

const problem = JSON.stringify({ type: 'about:blank', title: 'Unauthorized', status: 401 })
const answer = (status: number, type: string, body: string | null, id = false) =>
  new Response(body, {
    status,
    headers: { ...(type && { 'Content-Type': type }), ...(id && { 'X-Request-Id': 'r' }) },
  })

// Intermediaries may answer in the server's place with any status; only Larder's own answers count.
it.each([
  ['a good answer', answer(200, 'application/json; charset=utf-8', '{}', true), true],
  ['an answer without a body', answer(204, '', null, true), true],
  ['an answer that nothing has changed', answer(304, '', null, true), true],
  ['a problem', answer(401, 'application/problem+json', problem), true],
  ['a problem of a server before', answer(409, 'application/json', problem), true],
  ['a portal', answer(200, 'text/html', '<h1>Welcome</h1>'), false],
  ['a portal behind our headers', answer(200, 'text/html', '<h1>Welcome</h1>', true), false],
  ['a portal in JSON', answer(200, 'application/json', '{"portal":true}'), false],
  ['a portal without a body', answer(204, '', null), false],
  ['a proxy that asks for a login', answer(401, 'text/html', '<h1>Log in</h1>'), false],
  ['a proxy in JSON', answer(404, 'application/json', '{"error":"not found"}'), false],
  ['a proxy that lies about its page', answer(403, 'application/json', '<h1>Blocked</h1>'), false],
  ['a problem that broke off', answer(422, 'application/problem+json', problem.slice(0, 20)), false],
  ['a word that is no problem', answer(404, 'application/json', '"title"'), false],
])('%s', async (_name, response, is) => expect(await isLarders(response)).toBe(is))
