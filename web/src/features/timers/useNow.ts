import { useEffect, useState } from 'react'

/** useNow returns the time, updated every half second and at each of the given moments. */
export function useNow(moments: number[]): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const look = () => setNow(Date.now())
    const ticks = setInterval(look, 500)
    document.addEventListener('visibilitychange', look)
    return () => {
      clearInterval(ticks)
      document.removeEventListener('visibilitychange', look)
    }
  }, [])
  const next = moments.find((moment) => moment > now)
  useEffect(() => {
    if (next === undefined) return
    const worker = new Worker(new URL('./wake.worker.ts', import.meta.url), { type: 'module' })
    worker.onmessage = () => setNow(Date.now())
    worker.postMessage(next - Date.now() + 1)
    return () => worker.terminate()
  }, [next])
  return now
}
