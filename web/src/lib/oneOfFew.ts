// Few requests at once, so that those of a list's pictures don't stand before a search.
const most = 2
let running = 0
const waiting: (() => void)[] = []

/** oneOfFew does something when few others are doing so, unless nobody wants it any more by then. */
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
