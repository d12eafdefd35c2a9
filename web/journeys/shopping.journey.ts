import type { Page } from '@playwright/test'
import { address, expect, expectAccessible, larder, test as base, type Cook } from './kitchen'
import { Way } from './way'

// The grocery app's page with the cook's list, on which the Rösti has been requested.
const test = base.extend<{ list: Page; way: Way }>({
  way: async ({}, use) => {
    const way = await Way.to(address())
    await use(way)
    await way.close()
  },
  list: async ({ page, cook, way }, use) => {
    await askFor(cook, 'Rösti')
    await open(page, cook, way.address('/grocery/'))
    await use(page)
  },
})

async function open(page: Page, cook: Cook, at: string) {
  await page.request.post(new URL('/api/session', at).href, {
    data: { username: cook.name, password: cook.password },
  })
  await page.goto(at)
}

/** askFor puts one of the cook's recipes on the list, like the app. */
async function askFor(cook: Cook, name: string) {
  const { items } = (await (await cook.api('/api/recipes?limit=100')).json()) as {
    items: { id: string; name: string }[]
  }
  const id = items.find((item) => item.name === name)?.id
  const answer = await cook.api(`/api/recipes/${id}/grocery`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{}',
  })
  expect(answer.status).toBe(202)
}

const aisle = (page: Page, name: string) => page.getByRole('region', { name })
const thing = (page: Page, name: RegExp) => page.getByRole('checkbox', { name })

// A cook who has only used the recipe app still has the list in the shop, including what was just
// added.
base(
  'the list opens offline on a device that has only seen the recipe app',
  { tag: '@once' },
  async ({ kitchen, cook, context }) => {
    await kitchen.getByRole('link', { name: /Rösti/ }).click()
    await kitchen.getByRole('button', { name: 'Grocery' }).click()
    const dialog = kitchen.getByRole('dialog', { name: 'Put on the grocery list' })
    await dialog.getByRole('button', { name: 'Add 4 things' }).click()
    await expect(dialog.getByText('4 things are on their way to the grocery list.')).toBeVisible()
    await expect.poll(() => kitchen.evaluate(isListKept), { timeout: 15_000 }).toBe(true)
    await kitchen.close()

    await context.setOffline(true)
    const page = await context.newPage()
    await page.goto(address('/grocery/'))
    await expect(thing(page, /500 g waxy potatoes/)).toContainText('Rösti')
    await thing(page, /potatoes/).click()
    await context.setOffline(false)
    const ticked = async () => {
      const { lines } = (await (await cook.api('/grocery/api/list')).json()) as {
        lines: { name: string; ticked: boolean }[]
      }
      return lines.find(({ name }) => name.includes('potatoes'))?.ticked
    }
    await expect.poll(ticked, { timeout: 20_000 }).toBe(true)
  },
)

async function isListKept() {
  const kept = Object.entries(localStorage).some(
    ([name, text]) => name.startsWith('grocery-list-') && text.includes('potatoes'),
  )
  const registration = await navigator.serviceWorker.getRegistration('/grocery/')
  return kept && registration?.active?.state === 'activated'
}

// A recipe's ingredients are listed by aisle with the recipe's name, and can be ticked, restored by
// undo, and cleared for good.
test('shop by aisle', async ({ list }) => {
  await expect(thing(list, /500 g waxy potatoes/)).toContainText('Rösti')
  await expect(aisle(list, 'Fruit & vegetables').getByRole('checkbox')).toHaveCount(1)
  await expect(aisle(list, 'Dairy & eggs')).toContainText('clarified butter')
  await expect(list.getByText('4 to buy')).toBeVisible()
  await expectAccessible(list)

  await thing(list, /potatoes/).click()
  await list.getByRole('button', { name: 'Undo' }).click()
  await expect(thing(list, /potatoes/)).not.toBeChecked()

  await thing(list, /butter/).click()
  await expect(aisle(list, 'In the basket')).toContainText('clarified butter')
  await expect(list.getByText('3 to buy')).toBeVisible()
  await expectAccessible(list)
  await list.getByRole('button', { name: 'Clear' }).click()
  await expect(thing(list, /butter/)).toHaveCount(0)
  await list.getByRole('button', { name: 'Undo' }).click()
  await expect(thing(list, /butter/)).toBeChecked()
})

// A quick double tap counts once, wherever the line has moved meanwhile.
test('tap twice', async ({ list }) => {
  await thing(list, /potatoes/).dblclick()
  await expect(aisle(list, 'In the basket').getByRole('checkbox')).toHaveCount(1)
  await expect(list.getByText('3 to buy')).toBeVisible()
})

// An item added by hand is added up with a recipe's, moves to another aisle and stays there, and
// the recipe's share can be removed.
test('add, move and take out', async ({ list, cook }) => {
  const field = list.getByRole('textbox', { name: 'Add to the list' })
  await field.fill('1 kg waxy potatoes')
  await field.press('Enter')
  await expect(thing(list, /1500 g waxy potatoes|1.5 kg waxy potatoes/)).toBeVisible()
  await field.fill('ice')
  await list.getByRole('button', { name: 'Add to the list' }).click()
  await expect(list.getByText('5 to buy')).toBeVisible()

  await list.getByRole('button', { name: 'Details of waxy potatoes' }).click()
  const sheet = list.getByRole('dialog')
  await expect(sheet.getByText('added by hand')).toBeVisible()
  await expectAccessible(list)
  await sheet.getByRole('combobox', { name: 'Aisle' }).selectOption('household')
  await expect(aisle(list, 'Household')).toContainText('waxy potatoes')

  await list.getByRole('button', { name: 'Details of waxy potatoes' }).click()
  await sheet.getByRole('button', { name: 'Take “Rösti” off the list' }).click()
  await expect(thing(list, /1 kg waxy potatoes/)).toBeVisible()
  await expect(thing(list, /butter/)).toHaveCount(0)
  await expect(list.getByText('2 to buy')).toBeVisible()

  await askFor(cook, 'Rösti')
  await expect(aisle(list, 'Household')).toContainText('waxy potatoes')
  await expect(thing(list, /butter/)).toBeVisible()
})

// Amounts in any notation are added up; text that can't be parsed stays as typed.
test('add amounts as they are typed', async ({ list }) => {
  const field = list.getByRole('textbox', { name: 'Add to the list' })
  for (const line of [
    'milk 0.5 l',
    'milk 0,5 l',
    'milk 1/2 l',
    '6x eggs',
    '6x eggs',
    '2 Knoblauchzehen',
    '3 Zehen Knoblauch',
    'napkins 2 big',
  ]) {
    await field.fill(line)
    await field.press('Enter')
  }
  await expect(thing(list, /^1.5 l milk$/)).toBeVisible()
  await expect(thing(list, /^12 eggs$/)).toBeVisible()
  await expect(thing(list, /^5 Knoblauchzehen$/)).toBeVisible()
  await expect(thing(list, /napkins/)).toContainText('2')
})

// Two phones show the same list: one's changes appear on the other at once.
test('two phones', { tag: '@once' }, async ({ list, cook, browser }) => {
  const context = await browser.newContext()
  const other = await context.newPage()
  await open(other, cook, address('/grocery/'))
  await expect(thing(other, /potatoes/)).toBeVisible()

  await thing(list, /potatoes/).click()
  await expect(thing(other, /potatoes/)).toBeChecked()
  const field = other.getByRole('textbox', { name: 'Add to the list' })
  await field.fill('2 l milk')
  await field.press('Enter')
  await expect(thing(list, /2 l milk/)).toBeVisible()
  await context.close()
})

// Offline, the list opens and can be ticked and added to; everything is sent when there is a
// network again, and another phone's changes arrive. Ticked items stay ticked.
test('without a network', { tag: '@once' }, async ({ list, way, cook, browser }) => {
  await expect(thing(list, /potatoes/)).toBeVisible()
  await list.evaluate(() => navigator.serviceWorker.ready)
  way.is('cut')
  await list.reload()
  await expect(list.getByText('Offline. What you do is kept and sent later.')).toBeVisible()
  await thing(list, /potatoes/).click()
  const field = list.getByRole('textbox', { name: 'Add to the list' })
  await field.fill('matches')
  await field.press('Enter')
  await expect(thing(list, /matches/)).toBeVisible()
  await expectAccessible(list)
  await list.reload()
  await expect(thing(list, /potatoes/)).toBeChecked()

  const context = await browser.newContext()
  const other = await context.newPage()
  await open(other, cook, address('/grocery/'))
  await expect(thing(other, /potatoes/)).not.toBeChecked()
  await thing(other, /butter/).click()
  way.is('open')
  await list.evaluate(() => dispatchEvent(new Event('online'))) // the phone's own event, rather than waiting for the next retry
  await expect(list.getByText('Offline.')).toBeHidden({ timeout: 20_000 })
  for (const page of [list, other]) {
    await expect(thing(page, /potatoes/)).toBeChecked()
    await expect(thing(page, /butter/)).toBeChecked()
    await expect(thing(page, /matches/)).not.toBeChecked()
  }
  await context.close()
})

// A user who loses access no longer sees the list, but sees whom to ask.
test('access taken away', { tag: '@once' }, async ({ list, cook }) => {
  await expect(thing(list, /potatoes/)).toBeVisible()
  await larder(['user', 'revoke', cook.name, 'grocery'])
  await expect(list.getByText('You have no access to the grocery list.')).toBeVisible({ timeout: 20_000 })
  await expect(list.getByRole('checkbox')).toHaveCount(0)
  await expectAccessible(list)
})

test.describe('nobody logged in', () => {
  // One login serves both apps, from here too.
  test('log in', async ({ page, cook }) => {
    await page.goto(address('/grocery/'))
    await page.getByLabel('Name').fill(cook.name)
    await expectAccessible(page)
    await page.getByLabel('Password').fill(cook.password)
    await page.getByRole('button', { name: 'Log in' }).click()
    await expect(page.getByText('Nothing to buy')).toBeVisible()
    await expectAccessible(page)
    await page.goto(address('/'))
    await expect(page.getByRole('link', { name: /Rösti/ })).toBeVisible()
  })
})
