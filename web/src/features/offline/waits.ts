import { Refused } from '@/lib/api'
import { isOnline, watchNetwork } from '@/lib/network'

const shortest = 1_000
/**
 * Once the server is back, a cook looking at the page waits at most this long; a hidden page
 * doesn't ask at all.
 */
const longest = 15_000

/**
 * delayAfter returns how long to wait, in ms, after consecutive failures: a second, doubling up to
 * 15 s, or as long as the server says. Randomness spreads devices that lost the server at the same
 * time.
 */
export function delayAfter(failures: number, trouble: unknown, chance = Math.random()): number {
  const wanted = trouble instanceof Refused ? (trouble.retryAfter ?? 0) * 1_000 : 0
  const backoff = Math.min(longest, shortest * 2 ** (failures - 1))
  return Math.max(wanted, backoff * (0.75 + chance / 4))
}

/** pause waits, but only until the network or the cook is back, or the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      unwatch()
      removeEventListener('online', done)
      document.removeEventListener('visibilitychange', onVisible)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const onVisible = () => {
      if (!document.hidden) done()
    }
    const timer = setTimeout(done, ms)
    const unwatch = watchNetwork(() => {
      if (isOnline()) done()
    })
    addEventListener('online', done)
    document.addEventListener('visibilitychange', onVisible)
    signal.addEventListener('abort', done)
    if (signal.aborted) done()
  })
}

/** visible waits until the page is visible, or the signal aborts. */
export function visible(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (document.hidden && !signal.aborted) return
      document.removeEventListener('visibilitychange', look)
      signal.removeEventListener('abort', look)
      resolve()
    }
    document.addEventListener('visibilitychange', look)
    signal.addEventListener('abort', look)
    look()
  })
}
