// Limits concurrent requests, so that a list's pictures don't delay a search.
const most = 2
let running = 0
const waiting: (() => void)[] = []

/** oneOfFew runs work once few others are running, unless it is aborted by then. */
export async function oneOfFew<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  if (running >= most) await new Promise<void>((go) => waiting.push(go))
  else running += 1
  try {
    signal.throwIfAborted()
    return await work()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running -= 1
  }
}
