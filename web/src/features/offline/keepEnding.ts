import { endLeft } from '@/lib/left'
import { delayAfter, pause } from './waits'

/**
 * keepEnding ends a logged-out person's session as soon as there is a network, until it is stopped.
 */
export function keepEnding(): () => void {
  const stop = new AbortController()
  void tryOn(stop.signal)
  return () => stop.abort()
}

async function tryOn(signal: AbortSignal) {
  for (let failures = 1; !signal.aborted && !(await endLeft()); failures++) {
    await pause(delayAfter(failures, undefined), signal)
  }
}
