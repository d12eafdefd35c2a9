import type { Change } from '@/lib/api'
import { reportReachable } from '@/lib/network'

/** Apply a burst of changes, as from an import, together. */
const gatherFor = 200

/** The stream broke, or the server refused it. */
export class StreamBroken extends Error {
  override name = 'StreamBroken'
}

/**
 * openStream passes on changes after a number as they happen, one batch at a time, until the signal
 * aborts. It throws StreamBroken if the stream breaks before that, and whatever onChanges throws.
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
      // Finish applying the current batch, so that the next request starts after it.
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
