// Wakes the page when the next timer ends. A hidden page's timers may run a minute late; a worker's
// don't.
let waiting: ReturnType<typeof setTimeout> | undefined

self.onmessage = ({ data }: MessageEvent<number>) => {
  clearTimeout(waiting)
  waiting = setTimeout(() => self.postMessage(null), Math.max(0, data))
}
