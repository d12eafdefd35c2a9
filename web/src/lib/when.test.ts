import { expect, it } from 'vitest'
import { formatWhen } from './when'

const morning = new Date(2026, 10, 25, 8, 5).getTime()
const evening = new Date(2026, 10, 25, 20, 0).getTime()
const dayAfter = new Date(2026, 10, 26, 7, 0).getTime()

it.each([
  ['en-GB', evening, '08:05'],
  ['en-GB', dayAfter, '25 Nov 2026, 08:05'],
  ['de', dayAfter, '25.11.2026, 08:05'],
  ['ar-EG', evening, '٨:٠٥ ص'],
])('in %s', (locale, now, said) => {
  expect(formatWhen(morning, locale, now).replace(/[\u00a0\u202f]/g, ' ')).toBe(said)
})
