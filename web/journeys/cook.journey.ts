import { expect, expectAccessible, test } from './kitchen'

// Step by step, with several concurrent timers that ring when they end.
test('cook a recipe', async ({ kitchen }) => {
  await kitchen.clock.install()
  await kitchen.reload()
  await kitchen.getByRole('link', { name: /Rösti/ }).click()
  await kitchen.getByRole('button', { name: 'More servings' }).click()
  await kitchen.getByRole('link', { name: 'Cook', exact: true }).click()
  await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('Step 1 of 4')
  await expect(kitchen.getByText('750 g').first()).toBeVisible()
  await expectAccessible(kitchen)

  await kitchen.keyboard.press('ArrowRight')
  await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('Step 2 of 4')
  await kitchen.getByRole('button', { name: 'Start 5 mins' }).click()
  await kitchen.getByRole('button', { name: 'Next' }).click()
  await kitchen.getByRole('button', { name: 'Start 12 mins' }).click()
  await expect(kitchen.getByRole('timer')).toHaveCount(2)
  await expectAccessible(kitchen)

  await kitchen.clock.fastForward('05:01')
  await expect(kitchen.getByRole('alert')).toHaveText('Time is up: Rösti, step 2')
  await expect(kitchen.getByRole('timer')).toHaveText(/^6:5\d left$/)
  await kitchen
    .getByRole('listitem')
    .filter({ hasText: 'Time is up' })
    .getByRole('button', { name: 'Stop' })
    .click()
  await expect(kitchen.getByRole('timer')).toHaveCount(1)
  await expect(kitchen.getByText('Time is up')).toHaveCount(0)

  await kitchen.getByRole('button', { name: 'Next' }).click()
  await kitchen.getByRole('button', { name: 'Done' }).click()
  await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('Rösti')
})

// The screen stays on.
test('the screen stays on', { tag: '@once' }, async ({ kitchen }) => {
  await kitchen.addInitScript(() => {
    const asked = { type: 'screen', addEventListener: () => undefined, release: () => Promise.resolve() }
    Object.defineProperty(navigator, 'wakeLock', {
      value: {
        request: () => {
          Object.assign(globalThis, { awake: true })
          return Promise.resolve(asked)
        },
      },
    })
  })
  await kitchen.reload()
  await kitchen.getByRole('link', { name: /Rösti/ }).click()
  await kitchen.getByRole('link', { name: 'Cook', exact: true }).click()
  await expect
    .poll(() => kitchen.evaluate(() => (globalThis as unknown as { awake?: boolean }).awake))
    .toBe(true)
})
