// The timers' bell. Browsers allow sound only after a tap, so starting a timer prepares it; then it
// also sounds when the page has lost the focus.

const every = 3 // s
const rounds = 60
const strokes = [
  [0, 880],
  [0.35, 880],
  [0.7, 1175],
] as const

let audio: AudioContext | undefined
const waiting = new Set<() => void>()

/** prepareBell must be called from a tap. */
export function prepareBell() {
  if (!('AudioContext' in globalThis) || audio?.state === 'running') return
  audio ??= new AudioContext()
  void audio.resume().then(
    () => waiting.forEach((each) => each()),
    () => undefined, // a device without sound
  )
}

/**
 * ring rings the bell and vibrates phones, until the signal aborts. Of several tabs, only one
 * rings.
 */
export async function ring(signal: AbortSignal) {
  if ('vibrate' in navigator) navigator.vibrate([300, 150, 300, 150, 300])
  const context = await voice(signal)
  if (!context) return
  if (!('locks' in navigator)) return sound(context, signal)
  await navigator.locks
    .request('larder.bell', { signal }, () => sound(context, signal))
    .catch(() => undefined) // aborted while another tab rang
}

// After a reload a page is silent until it is tapped.
async function voice(signal: AbortSignal): Promise<AudioContext | undefined> {
  if (audio?.state !== 'running') {
    await new Promise<void>((resolve) => {
      const go = () => {
        waiting.delete(go)
        resolve()
      }
      waiting.add(go)
      signal.addEventListener('abort', go, { once: true })
    })
  }
  return signal.aborted ? undefined : audio
}

// Schedule all strokes on the audio clock at once: browsers don't throttle it in hidden pages.
function sound(context: AudioContext, signal: AbortSignal): Promise<void> {
  const bell = context.createGain()
  bell.connect(context.destination)
  const begin = context.currentTime
  for (let round = 0; round < rounds; round++) {
    for (const [after, frequency] of strokes) strike(bell, begin + round * every + after, frequency)
  }
  return new Promise((resolve) => {
    const over = () => {
      bell.disconnect()
      resolve()
    }
    if (signal.aborted) return over()
    signal.addEventListener('abort', over, { once: true })
  })
}

function strike(bell: GainNode, at: number, frequency: number) {
  const { context } = bell
  const tone = context.createOscillator()
  const loudness = context.createGain()
  tone.frequency.value = frequency
  loudness.gain.setValueAtTime(0.4, at)
  loudness.gain.exponentialRampToValueAtTime(0.001, at + 0.9)
  tone.connect(loudness).connect(bell)
  tone.start(at)
  tone.stop(at + 0.9)
}
