import { useCallback, useEffect, useRef, useState } from 'react'
import { ring } from './ring'

export interface Timer {
  id: string
  step: number
  seconds: number
  /** When it is up, in milliseconds since the epoch. The clock goes on while the page sleeps. */
  until: number
  rung: boolean
}

const place = (recipe: string) => `larder.timers.${recipe}`

/** useTimers runs several timers at once. They outlive a reload, since the food does too. */
export function useTimers(recipe: string) {
  const [timers, setTimers] = useState<Timer[]>(() => read(recipe))
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => sessionStorage.setItem(place(recipe), JSON.stringify(timers)), [recipe, timers])

  const running = timers.some((timer) => !timer.rung)
  useEffect(() => {
    if (!running) return
    const tick = setInterval(() => {
      const time = Date.now()
      setNow(time)
      setTimers((before) => before.map((timer) => (timer.until <= time ? { ...timer, rung: true } : timer)))
    }, 250)
    return () => clearInterval(tick)
  }, [running])

  const rung = timers.filter((timer) => timer.rung).length
  const heard = useRef(rung)
  useEffect(() => {
    if (rung > heard.current) ring()
    heard.current = rung
  }, [rung])

  const start = useCallback((id: string, step: number, seconds: number) => {
    const begin = Date.now()
    setNow(begin)
    const timer = { id, step, seconds, until: begin + seconds * 1000, rung: false }
    setTimers((before) => [...before.filter((each) => each.id !== id), timer])
  }, [])
  const stop = useCallback((id: string) => setTimers((before) => before.filter((each) => each.id !== id)), [])

  return {
    timers: timers.map((timer) => ({ ...timer, left: Math.max(0, Math.ceil((timer.until - now) / 1000)) })),
    start,
    stop,
  }
}

function read(recipe: string): Timer[] {
  try {
    return JSON.parse(sessionStorage.getItem(place(recipe)) ?? '[]') as Timer[]
  } catch {
    return []
  }
}
