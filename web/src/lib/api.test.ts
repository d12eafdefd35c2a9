import { afterEach, describe, expect, it, vi } from 'vitest'
import { answered, commands, queries } from './api'

vi.hoisted(() => {
  vi.stubGlobal('location', { origin: 'http://larder.test' })
  vi.stubGlobal('navigator', { onLine: true })
})

const tooMuch = (after?: string) =>
  new Response(JSON.stringify({ title: 'Too Many Requests', status: 429 }), {
    status: 429,
    headers: {
      'Content-Type': 'application/problem+json',
      'X-Request-Id': 'r',
      ...(after && { 'Retry-After': after }),
    },
  })
const found = () =>
  new Response(JSON.stringify({ items: [], total: 0 }), {
    headers: { 'Content-Type': 'application/json', 'X-Request-Id': 'r' },
  })

// The server gives these answers in order; the result counts the requests.
function answering(...answers: Response[]) {
  let asked = 0
  vi.stubGlobal('fetch', (request: Request) => {
    if (request.signal.aborted) return Promise.reject(request.signal.reason as Error)
    return Promise.resolve(answers[asked++] ?? found())
  })
  return () => asked
}

const search = (signal?: AbortSignal) =>
  answered(queries.GET('/api/recipes', { params: { query: { q: 'soup' } }, ...(signal && { signal }) }))

afterEach(() => vi.useRealTimers())

describe('a read that was too much just now', () => {
  it('is asked again when the server said, and then answered', async () => {
    vi.useFakeTimers()
    const asked = answering(tooMuch('2'), tooMuch('1'), found())
    const answer = search()
    await vi.advanceTimersByTimeAsync(1_900)
    expect(asked()).toBe(1)
    await vi.advanceTimersByTimeAsync(1_200)
    expect((await answer).data.total).toBe(0)
    expect(asked()).toBe(3)
  })

  it('is refused where it would wait for long, or over and over', async () => {
    for (const answers of [[tooMuch('60')], [tooMuch()]]) {
      const asked = answering(...answers)
      await expect(search()).rejects.toMatchObject({ name: 'Refused', status: 429 })
      expect(asked()).toBe(1)
    }
    vi.useFakeTimers()
    const asked = answering(...Array.from({ length: 10 }, () => tooMuch('1')))
    const refused = expect(search()).rejects.toMatchObject({ status: 429, retryAfter: 1 })
    await vi.advanceTimersByTimeAsync(5_000)
    await refused
    expect(asked()).toBe(4)
  })

  it('is given up with whoever asked', async () => {
    const asked = answering(tooMuch('5'))
    const gone = new AbortController()
    const answer = search(gone.signal)
    await vi.waitFor(() => expect(asked()).toBe(1))
    gone.abort()
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' })
    expect(asked()).toBe(1)
  })
})

describe('a command that was too much just now', () => {
  it('is left to the outbox, which keeps it', async () => {
    const asked = answering(tooMuch('1'))
    const call = commands.POST('/api/recipes/{id}/grocery', {
      params: { path: { id: '6f1f2a52-5c1c-4f0e-9a5c-0d6d7a3f9b11' } },
      body: {},
    })
    await expect(answered(call)).rejects.toMatchObject({ status: 429, retryAfter: 1 })
    expect(asked()).toBe(1)
  })
})
