// Wakes the page when the next timer is up. The clock of a page that nobody looks at may be a minute late; a worker's isn't.
let waiting: ReturnType<typeof setTimeout> | undefined

self.onmessage = ({ data }: MessageEvent<number>) => {
  clearTimeout(waiting)
  waiting = setTimeout(() => self.postMessage(null), Math.max(0, data))
}
