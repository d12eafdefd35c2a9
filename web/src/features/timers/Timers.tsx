import { lazy, Suspense } from 'react'
import { useTimers } from './timers'

const TimerStrip = lazy(() => import('./TimerStrip').then((module) => ({ default: module.TimerStrip })))

/** Timers are shown above every page while one runs or rings. */
export function Timers() {
  const timers = useTimers()
  if (timers.length === 0) return null
  return (
    <Suspense>
      <TimerStrip timers={timers} />
    </Suspense>
  )
}
