import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { changesWait, flush, send } from './outbox'
import { setPersonHere } from './person'
import { keepRecipe, store, takeDevice, wipe } from './store'

vi.hoisted(() => {
  vi.stubGlobal('location', { origin: 'http://larder.test' })
  vi.stubGlobal('navigator', { onLine: true })
})

interface Sent {
  method: string
  path: string
  key: string | null
  ifMatch: string | null
  person: string | null
}

const id = '6f1f2a52-5c1c-4f0e-9a5c-0d6d7a3f9b11'
const recipe = (version: number, name = 'Soup') => ({
  id,
  name,
  version,
  tags: [],
  ingredients: [],
  steps: [],
  files: [],
  updated_at: '2026-01-01T00:00:00Z',
})
const answer = (status: number, body?: object) =>
  new Response(body && JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/json', 'X-Request-Id': 'r' },
  })
const change = (name: string, base = 1) => ({
  recipe_id: id,
  recipe_name: name,
  kind: 'replace' as const,
  body: { name },
  base,
})

// A server that is down or gives scripted answers, and records what it received.
let sent: Sent[]
let answers: (Response | 'away')[]

beforeEach(() => {
  sent = []
  answers = []
  vi.stubGlobal('fetch', async (request: Request) => {
    sent.push({
      method: request.method,
      path: new URL(request.url).pathname,
      key: request.headers.get('Idempotency-Key'),
      ifMatch: request.headers.get('If-Match'),
      person: request.headers.get('Larder-User'),
    })
    const next = answers.shift() ?? 'away'
    if (next === 'away') throw new TypeError('Failed to fetch')
    return next
  })
})

afterEach(wipe)

describe('the outbox', () => {
  it('keeps what could not be sent, in order, and sends it with the same keys', async () => {
    expect(await send(change('One'))).toEqual({ state: 'waiting' })
    expect(await send(change('Two'))).toEqual({ state: 'waiting' })
    expect(await changesWait(id)).toBe(true)
    const keys = (await store.outbox.orderBy('seq').toArray()).map((each) => each.key)

    sent = []
    answers = [answer(200, recipe(2, 'One')), answer(200, recipe(3, 'Two'))]
    expect((await flush()).recipes).toEqual(new Set([id]))
    expect(sent.map((each) => each.key)).toEqual(keys)
    expect(await store.outbox.count()).toBe(0)
  })

  // A change based on an unsent change must not conflict with it.
  it('bases a later change on the version that the earlier one made', async () => {
    await send(change('One', 4))
    await send(change('Two', 4))
    sent = []
    answers = [answer(200, recipe(5)), answer(200, recipe(6))]
    await flush()
    expect(sent.map((each) => each.ifMatch)).toEqual(['"4"', '"5"'])
  })

  // Order matters more than speed: a later command may depend on the earlier one.
  it('sends nothing past one that can not be sent', async () => {
    await send(change('One'))
    await send(change('Two'))
    for (const trouble of ['away', answer(503), answer(429), answer(401), answer(500)] as const) {
      sent = []
      answers = [trouble]
      expect((await flush()).stoppedBy).toBeInstanceOf(Error)
      expect(sent).toHaveLength(1)
    }
    expect(await store.outbox.count()).toBe(2)
    expect((await store.outbox.toArray()).some((each) => each.refused)).toBe(false)
  })

  // A throttled change is kept, and sent when the server allows it.
  it('sends what was too much just now when it may, by itself and with the same key', async () => {
    const tooMuch = new Response(JSON.stringify({ title: 'Too Many Requests', status: 429 }), {
      status: 429,
      headers: { 'Content-Type': 'application/problem+json', 'X-Request-Id': 'r', 'Retry-After': '1' },
    })
    answers = [tooMuch, answer(200, recipe(2, 'One'))]
    expect(await send(change('One'))).toEqual({ state: 'waiting' })
    expect(await changesWait(id)).toBe(true)
    expect(sent).toHaveLength(1)
    await vi.waitFor(async () => expect(await store.outbox.count()).toBe(0), { timeout: 3_000 })
    expect(sent).toHaveLength(2)
    expect(sent[1]).toEqual(sent[0])
  })

  it('tells the one who gave it that it was refused, and takes back what was shown', async () => {
    await store.recipes.put({ id, recipe: recipe(1) as never, fetched_at: 1, seen_at: 1 })
    answers = [answer(422, { title: 'Invalid', status: 422 })]
    await expect(send(change('Bad'))).rejects.toMatchObject({ status: 422 })
    expect(await store.outbox.count()).toBe(0)
    expect((await store.recipes.get(id))?.recipe.name).toBe('Soup')
  })

  // Nobody is waiting for the answer: the change stays for the cook, and the page shows what is
  // really saved.
  it('keeps what was refused later, goes on with the next, and shows what the server has', async () => {
    await send(change('Mine'))
    await send({ recipe_id: id, recipe_name: 'Mine', kind: 'grocery', body: {} })
    answers = [
      answer(412, { title: 'Conflict', status: 412, current: recipe(2, 'Theirs') }),
      answer(202, { items: [] }),
    ]
    expect((await flush()).stoppedBy).toBeUndefined()
    expect(await store.outbox.toArray()).toMatchObject([{ kind: 'replace', refused: { status: 412 } }])
    expect((await store.recipes.get(id))?.recipe.name).toBe('Theirs')
    expect(await changesWait(id)).toBe(false)
  })

  it('takes a deletion of what is gone for done', async () => {
    answers = [answer(404, { title: 'Not found', status: 404 })]
    const outcome = await send({ recipe_id: id, recipe_name: 'Soup', kind: 'delete', body: null, base: 1 })
    expect(outcome).toEqual({ state: 'done', answer: null })
  })

  // Another person may be logged in by now, through this page or one that this page hears nothing
  // of.
  it('sends what waits in the name of its owner, and nothing of another', async () => {
    setPersonHere('ada')
    await takeDevice('ada')
    await send(change('Of Ada'))
    setPersonHere('bob')
    await takeDevice('bob')
    expect(await changesWait(id)).toBe(false)
    expect((await flush()).recipes.size).toBe(0)
    expect(await store.recipes.count()).toBe(0)

    setPersonHere('ada') // a page drawn for her, in Bob's browser
    sent = []
    const problem = {
      type: 'urn:larder:problem:other-person',
      title: 'Somebody else is logged in',
      status: 403,
    }
    answers = [answer(403, problem)]
    expect((await flush()).stoppedBy).toMatchObject({ status: 403 })
    expect(sent).toMatchObject([{ person: 'ada' }])
    expect((await store.outbox.toArray()).some((each) => each.refused)).toBe(false)
    await keepRecipe(recipe(1) as never)
    expect(await store.recipes.count()).toBe(0)

    await takeDevice('ada')
    answers = [answer(200, recipe(2, 'Of Ada'))]
    await flush()
    expect(await store.outbox.count()).toBe(0)
    setPersonHere(null)
  })

  // A portal's or proxy's answer doesn't count as the server's.
  it('refuses nothing by the word of somebody else', async () => {
    const html = { headers: { 'Content-Type': 'text/html' } }
    for (const status of [200, 401, 403, 404, 412, 422]) {
      answers = [new Response('<h1>Welcome</h1>', { ...html, status })]
      await expect(send(change(`At ${status}`))).resolves.toEqual({ state: 'waiting' })
    }
    expect((await store.outbox.toArray()).some((each) => each.refused)).toBe(false)
    expect(await store.outbox.count()).toBe(6)
  })
})
