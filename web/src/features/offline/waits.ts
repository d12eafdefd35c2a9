import { Refused } from '@/lib/api'
import { isOnline, watchNetwork } from '@/lib/network'

const shortest = 1_000
/** A cook who looks at the page isn't kept waiting longer once the server is back; a hidden page doesn't ask at all. */
const longest = 15_000

/**
 * delayAfter is how long to wait, in ms, after so many failures in a row: a second, then twice as long each time up
 * to a quarter of a minute, or as long as the server says. Chance spreads the devices that lost the server at the same time.
 */
export function delayAfter(failures: number, trouble: unknown, chance = Math.random()): number {
  const wanted = trouble instanceof Refused ? (trouble.retryAfter ?? 0) * 1_000 : 0
  const backoff = Math.min(longest, shortest * 2 ** (failures - 1))
  return Math.max(wanted, backoff * (0.75 + chance / 4))
}

/** pause waits, but not longer than until the network or the cook is back, or the signal ends it. */
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

/** visible waits until somebody sees the page, or the signal ends it. */
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
