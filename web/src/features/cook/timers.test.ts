import { describe, expect, it } from 'vitest'
import { fold } from '@/lib/words'
import { findTimes, needsOf } from './timers'

describe('findTimes', () => {
  it.each<[string, number[]]>([
    ['Leave it alone for 12 minutes, until brown.', [720]],
    ['Simmer for 20–25 min.', [1500]],
    ['Bake 1 hour 30 minutes, then rest 5 minutes.', [5400, 300]],
    ['Cook for 1 1/2 hours', [5400]],
    ['Chill for 1½ hours', [5400]],
    ['Rest for half an hour.', [1800]],
    ['Zwei Stunden ziehen lassen', [7200]],
    ['Dann 10 bis 15 Minuten backen.', [900]],
    ['اتركه ١٠ دقائق', [600]],
    ['Fry 30 seconds', [30]],
    ['Add 2 min. later', [120]],
    ['Use 3 onions and 400 g of minced meat', []],
    ['Add 20 mints', []],
    ['Keeps for 90 hours', []],
  ])('%s', (text, seconds) => {
    expect(findTimes(text).map((time) => time.seconds)).toEqual(seconds)
  })

  it('says where the time stands', () => {
    const text = 'Bake for 12 minutes.'
    const [time] = findTimes(text)
    expect(text.slice(time?.start, time?.end)).toBe('12 minutes')
  })
})

describe('needsOf', () => {
  const ingredients = [
    { text: '500 g waxy potatoes, boiled', name: 'waxy potatoes' },
    { text: '2 tbsp clarified butter', name: 'clarified butter' },
    { text: '3 onions (medium size)', name: '' },
    { text: 'a pinch of salt', name: 'salt' },
  ]

  it.each<[string, number[]]>([
    ['Peel the potato and chop the onion.', [0, 2]],
    ['Melt half of the butter.', [1]],
    ['Mix with SALT.', [3]],
    ['Wait for a medium while.', []],
  ])('%s', (step, positions) => expect(needsOf(step, ingredients, fold)).toEqual(positions))
})
