// The bell of the timers. A browser lets a page sound only after a tap, so it is made ready by the one that starts a timer;
// then it sounds also when the page has lost the focus.

const every = 3 // s
const rounds = 60
const strokes = [
  [0, 880],
  [0.35, 880],
  [0.7, 1175],
] as const

let audio: AudioContext | undefined
const waiting = new Set<() => void>()

/** prepareBell is called by what a cook taps. */
export function prepareBell() {
  if (!('AudioContext' in globalThis) || audio?.state === 'running') return
  audio ??= new AudioContext()
  void audio.resume().then(
    () => waiting.forEach((each) => each()),
    () => undefined, // a device without a voice
  )
}

/** ring lets the bell sound, and a phone shake, until the signal ends it. Of several tabs one rings. */
export async function ring(signal: AbortSignal) {
  if ('vibrate' in navigator) navigator.vibrate([300, 150, 300, 150, 300])
  const context = await voice(signal)
  if (!context) return
  if (!('locks' in navigator)) return sound(context, signal)
  await navigator.locks
    .request('larder.bell', { signal }, () => sound(context, signal))
    .catch(() => undefined) // ended while another tab rang
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

// All strokes are handed to the audio clock at once: it isn't slowed down in a page that nobody looks at.
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
