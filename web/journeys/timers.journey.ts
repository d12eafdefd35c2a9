import type { BrowserContext, Page } from '@playwright/test'
import { address, expect, expectAccessible, test, type Cook } from './kitchen'

// The headless shell doesn't show notifications.
test.use({
  launchOptions: { executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: ['--no-sandbox'] },
})

const text = { Borscht: 'Borscht', Roast: 'Sunday roast' }

async function addRoast(cook: Cook) {
  const answer = await cook.api('/api/recipes', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      name: text.Roast,
      servings: 4,
      ingredients: [
        { text: '1 kg Rind' },
        { text: '1 l Rinderbrühe' },
        { text: '200 g Reis' },
        { text: '2 Eier' },
      ],
      steps: [
        { text: 'Die Brühe angießen, 45–60 Minuten schmoren.' },
        { text: 'Let it rest for an hour and a half.' },
        { text: 'Den Reis bei 2 °C kühlen.' },
      ],
    }),
  })
  return ((await answer.json()) as { id: string }).id
}

// Records what the bell was asked to play, and whether it was allowed to.
async function listen(page: Page) {
  await page.addInitScript(() => {
    const strokes: string[] = []
    Object.assign(globalThis, { strokes })
    const start = OscillatorNode.prototype.start
    OscillatorNode.prototype.start = function (when) {
      strokes.push(this.context.state)
      start.call(this, when)
    }
  })
}

const strokes = (page: Page) => page.evaluate(() => (globalThis as unknown as { strokes: string[] }).strokes)

const notifications = (page: Page) =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready
    return (await registration.getNotifications()).map(({ title, body }) => ({ title, body }))
  })

async function expectFullWidth(page: Page) {
  const box = await page.getByRole('listitem').filter({ hasText: 'Time is up' }).boundingBox()
  expect(box?.width).toBe(await page.evaluate(() => document.documentElement.clientWidth))
  expect(box?.y).toBeGreaterThanOrEqual(0)
}

async function installed(page: Page, context: BrowserContext) {
  await context.grantPermissions(['notifications'], { origin: new URL(address()).origin })
  await page.evaluate(() => navigator.serviceWorker.ready)
}

// A timer is started while cooking, rings two pages later, gets another minute, rings again, and is
// stopped.
test('cook with a timer', async ({ kitchen, cook, context }) => {
  const roast = await addRoast(cook)
  await installed(kitchen, context)
  await listen(kitchen)
  await kitchen.clock.install()
  await kitchen.goto(address(`/recipes/${roast}`))
  await kitchen.getByRole('link', { name: 'Cook', exact: true }).click()
  await expect(kitchen.getByRole('heading', { name: 'You need' })).toBeVisible()
  const needs = kitchen.getByRole('complementary').getByRole('list').first()
  await expect(needs.getByRole('listitem')).toHaveText(['1 l Rinderbrühe'])
  await kitchen.getByRole('button', { name: 'Start 45 mins' }).click()
  await expect(kitchen.getByRole('timer')).toHaveText(/^4[45]:\d\d left$/)
  await expect(kitchen.getByRole('button', { name: 'Go on to 60 mins' })).toBeVisible()
  await kitchen.getByRole('button', { name: 'Next' }).click()
  await kitchen.getByRole('button', { name: 'Start 1 hr 30 mins' }).click()
  await expect(kitchen.getByRole('timer')).toHaveText([/^44:\d\d left$/, /^1:(30:00|29:\d\d) left$/])
  await expectAccessible(kitchen)

  await kitchen.getByRole('button', { name: 'Leave cook mode' }).click()
  await kitchen.goto(address('/'))
  await kitchen.getByRole('link', { name: /Borscht/ }).click()
  await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText(text.Borscht)
  await expect(kitchen.getByRole('timer')).toHaveCount(2)
  await kitchen.getByRole('heading', { level: 1 }).click() // a tap that enables sound
  await kitchen.clock.fastForward('45:01')

  const up = kitchen.getByRole('listitem').filter({ hasText: 'Time is up' })
  await expect(kitchen.getByRole('alert')).toHaveText('Time is up: Sunday roast, step 1')
  await expect(up).toContainText('Sunday roast, step 1, 45 mins')
  await expect(kitchen).toHaveTitle('🔔 Time is up: Sunday roast, step 1')
  await expect.poll(() => strokes(kitchen)).toContain('running')
  await expect
    .poll(() => notifications(kitchen))
    .toEqual([{ title: 'Time is up: Sunday roast, step 1', body: 'Sunday roast, step 1, 45 mins' }])
  await expectFullWidth(kitchen)
  await expectAccessible(kitchen)

  // On any page, at any scroll position.
  await kitchen.evaluate(() => scrollTo(0, document.body.scrollHeight))
  await expectFullWidth(kitchen)
  await kitchen.getByRole('link', { name: 'Edit' }).click()
  await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('Edit recipe')
  await expect(kitchen).toHaveTitle('🔔 Time is up: Sunday roast, step 1')
  await expectFullWidth(kitchen)

  await up.getByRole('button', { name: '+1 min', exact: true }).click()
  await expect(up).toHaveCount(0)
  await expect(kitchen).toHaveTitle('Edit recipe · Larder')
  await expect.poll(() => notifications(kitchen)).toEqual([])
  await expect(kitchen.getByRole('timer').first()).toHaveText(/^(1:00|0:5\d) left$/)
  await kitchen.clock.fastForward('01:01')
  await expect(up).toContainText('46 mins')
  await up.getByRole('button', { name: 'Stop', exact: true }).click()
  await expect(up).toHaveCount(0)
  await expect(kitchen.getByRole('timer')).toHaveCount(1)

  // The other one links back to its step.
  await kitchen.getByRole('link', { name: 'Sunday roast, step 2, 1 hr 30 mins' }).click()
  await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('Step 2 of 3')
})

// A range starts with its shorter end, and extends to the longer one from its start.
test('a range goes on to its end', { tag: '@once' }, async ({ kitchen, cook }) => {
  const roast = await addRoast(cook)
  await kitchen.clock.install()
  await kitchen.goto(address(`/recipes/${roast}/cook`))
  await kitchen.getByRole('button', { name: 'Start 45 mins' }).click()
  await kitchen.clock.fastForward('46:00')
  await expect(kitchen.getByText('Time is up', { exact: true })).toBeVisible()
  await kitchen.getByRole('button', { name: 'Go on to 60 mins' }).click()
  await expect(kitchen.getByRole('timer')).toHaveText(/^1[34]:\d\d left$/)
  await expect(kitchen.getByRole('button', { name: 'Go on to 60 mins' })).toHaveCount(0)
})

// A timer continues while the app is closed, says that it ended meanwhile, and disappears when the
// cook logs out.
test('a timer outlives the app, and not the logout', { tag: '@once' }, async ({ kitchen, cook, context }) => {
  const roast = await addRoast(cook)
  await kitchen.goto(address(`/recipes/${roast}/cook`))
  await kitchen.getByRole('button', { name: 'Start 45 mins' }).click()
  await expect(kitchen.getByRole('timer')).toHaveText(/^4[45]:\d\d left$/)
  await kitchen.reload()
  await expect(kitchen.getByRole('timer')).toHaveText(/^44:\d\d left$/)
  await kitchen.close()

  const later = await context.newPage()
  await later.clock.install({ time: Date.now() + 50 * 60_000 })
  await later.goto(address('/'))
  await expect(later.getByText(/^It ended at .*, while Larder was closed\.$/)).toBeVisible()
  await expect(later).toHaveTitle('🔔 Time is up: Sunday roast, step 1')
  await expectFullWidth(later)

  await later.getByRole('button', { name: 'Account' }).click()
  await later.getByRole('button', { name: 'Log out', exact: true }).click()
  await expect(later.getByLabel('Name')).toBeVisible()
  await expect(later.getByText('Time is up')).toHaveCount(0)
  await later.getByLabel('Name').fill(cook.name)
  await later.getByLabel('Password', { exact: true }).fill(cook.password)
  await later.getByRole('button', { name: 'Log in' }).click()
  await expect(later.getByRole('link', { name: /Borscht/ })).toBeVisible()
  await expect(later.getByText('Time is up')).toHaveCount(0)
})

// Two tabs show the same timers, and stopping one stops it in both.
test('two tabs, one timer', { tag: '@once' }, async ({ kitchen, cook, context }) => {
  const roast = await addRoast(cook)
  await kitchen.goto(address(`/recipes/${roast}/cook`))
  const other = await context.newPage()
  await other.goto(address('/'))
  await kitchen.getByRole('button', { name: 'Start 45 mins' }).click()
  await expect(other.getByRole('timer')).toHaveText(/left$/)
  await other.getByRole('button', { name: 'Stop', exact: true }).click()
  await expect(kitchen.getByRole('timer')).toHaveCount(0)
})

// The bell also rings in a background tab.
test('a timer rings behind another tab', { tag: '@once' }, async ({ kitchen, cook, context }) => {
  const answer = await cook.api('/api/recipes', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'Egg', steps: [{ text: 'Wait for 5 seconds.' }] }),
  })
  await listen(kitchen)
  await kitchen.goto(address(`/recipes/${((await answer.json()) as { id: string }).id}/cook`))
  await kitchen.getByRole('button', { name: 'Start 5 secs' }).click()
  const front = await context.newPage()
  await front.bringToFront()
  await expect.poll(() => strokes(kitchen), { timeout: 15_000 }).toContain('running')
})
