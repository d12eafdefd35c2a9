import type { Change } from '@/lib/api'
import { reportReachable } from '@/lib/network'

/** Changes that come at once, from an import, are taken over together. */
const gatherFor = 200

/** The stream broke, or the server doesn't give one. */
export class StreamBroken extends Error {
  override name = 'StreamBroken'
}

/**
 * openStream hands on the changes after a number as they happen, one batch after the other, until the signal ends
 * it. It throws StreamBroken where it breaks before, and what onChanges throws.
 */
export function openStream(
  since: number,
  signal: AbortSignal,
  onOpen: () => void,
  onChanges: (changes: Change[]) => Promise<void>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const source = new EventSource(`/api/events?since=${since}`)
    let gathered: Change[] = []
    let timer: ReturnType<typeof setTimeout> | undefined
    let before = Promise.resolve()

    const end = (error?: unknown) => {
      source.close()
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      // What is being taken over is finished first, so that the next look begins after it.
      before.then(() => (error === undefined ? resolve() : reject(error)), reject)
    }
    const stop = () => end()
    const handOn = () => {
      const changes = gathered
      gathered = []
      timer = undefined
      before = before.then(() => onChanges(changes))
      before.catch(end)
    }

    source.onopen = () => {
      reportReachable(true)
      onOpen()
    }
    source.onerror = () => end(new StreamBroken())
    source.addEventListener('change', (event: MessageEvent<string>) => {
      gathered.push(JSON.parse(event.data) as Change)
      timer ??= setTimeout(handOn, gatherFor)
    })
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop)
  })
}
