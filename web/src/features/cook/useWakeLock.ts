import { useEffect, useState } from 'react'

/** useWakeLock keeps the screen on while the page is visible, and reports whether it does. */
export function useWakeLock(): boolean {
  const [held, setHeld] = useState(false)
  useEffect(() => {
    let lock: WakeLockSentinel | undefined
    let over = false
    const hold = async () => {
      if (over || document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return
      try {
        lock = await navigator.wakeLock.request('screen')
        if (over) void lock.release()
        else setHeld(true)
        lock.addEventListener('release', () => setHeld(false))
      } catch {
        setHeld(false) // low battery, or an unsupported browser: the page works anyway
      }
    }
    // The browser releases the lock whenever the page is hidden.
    const onVisible = () => void hold()
    document.addEventListener('visibilitychange', onVisible)
    void hold()
    return () => {
      over = true
      document.removeEventListener('visibilitychange', onVisible)
      void lock?.release()
    }
  }, [])
  return held
}
