/** ring sounds like a small bell, three times, and lets a phone shake. */
export function ring() {
  if ('vibrate' in navigator) navigator.vibrate([300, 150, 300, 150, 300])
  if (!('AudioContext' in globalThis)) return
  const audio = new AudioContext()
  for (const [at, frequency] of [
    [0, 880],
    [0.35, 880],
    [0.7, 1175],
  ] as const) {
    const tone = audio.createOscillator()
    const loudness = audio.createGain()
    const begin = audio.currentTime + at
    tone.frequency.value = frequency
    loudness.gain.setValueAtTime(0.4, begin)
    loudness.gain.exponentialRampToValueAtTime(0.001, begin + 0.9)
    tone.connect(loudness).connect(audio.destination)
    tone.start(begin)
    tone.stop(begin + 0.9)
  }
  setTimeout(() => void audio.close(), 2_500)
}
