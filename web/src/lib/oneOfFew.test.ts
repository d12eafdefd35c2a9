import { expect, test } from 'vitest'
import { oneOfFew } from './oneOfFew'

// At most two run at once; a failure makes room for the next, and aborted ones don't run.
test('two at once', async () => {
  let running = 0
  let most = 0
  const ends: (() => void)[] = []
  const work = () => {
    running += 1
    most = Math.max(most, running)
    return new Promise<void>((end, fail) => {
      ends.push(() => {
        running -= 1
        if (ends.length % 2) end()
        else fail(new Error('lost'))
      })
    })
  }
  const unwanted = new AbortController()
  const all = Array.from({ length: 6 }, (_, i) =>
    oneOfFew(work, i === 3 ? unwanted.signal : new AbortController().signal),
  )
  unwanted.abort()
  const settled = Promise.allSettled(all)
  for (let done = 0; done < 5; done++) {
    await expect.poll(() => ends.length).toBeGreaterThan(0)
    ends.shift()?.()
  }
  const results = await settled
  expect(most).toBe(2)
  expect(running).toBe(0)
  expect(results[3]).toMatchObject({ status: 'rejected', reason: { name: 'AbortError' } })
})
