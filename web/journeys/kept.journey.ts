import type { Page } from '@playwright/test'
import { address, expect, test } from './kitchen'

const servings = (page: Page) => page.getByRole('group', { name: 'Servings' }).getByRole('status')

async function openRoesti(page: Page) {
  await page.getByRole('link', { name: /Rösti/ }).first().click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Rösti')
}

// Servings, ticks and the step survive leaving, a reload, and a different layout.
test('how far a cook is with a recipe is kept', async ({ kitchen, cook }) => {
  await openRoesti(kitchen)
  const potatoes = kitchen.getByRole('checkbox', { name: /waxy potatoes/ })
  await kitchen.getByRole('button', { name: 'More servings' }).click()
  await kitchen.getByRole('button', { name: 'More servings' }).click()
  await potatoes.check()
  await expect(servings(kitchen)).toContainText('4')
  await expect(kitchen).toHaveURL(/[?&]for=4/)
  const expectKept = async () => {
    await expect(kitchen.getByText('1000 g').first()).toBeVisible()
    await expect(servings(kitchen)).toContainText('4')
    await expect(potatoes).toBeChecked()
    await expect(kitchen.getByRole('checkbox', { checked: true })).toHaveCount(1)
  }
  await expectKept()
  await kitchen.reload()
  await expectKept()
  for (const width of [800, 1100, 800]) {
    await kitchen.setViewportSize({ width, height: 800 })
    await expectKept()
  }

  await kitchen.getByRole('link', { name: 'Cook', exact: true }).click()
  await kitchen.getByRole('button', { name: 'Next' }).click()
  await kitchen.getByRole('button', { name: 'Next' }).click()
  await expect(kitchen).toHaveURL(/[?&]step=3/)
  await kitchen.reload()
  await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('Step 3 of 4')
  await kitchen.getByText('All ingredients').click()
  await expect(kitchen.getByText('1000 g').last()).toBeVisible()
  await kitchen.getByRole('button', { name: 'Leave cook mode' }).click()
  await expectKept()

  // Through the list, whose addresses don't contain them.
  await kitchen.goto(address('/'))
  await openRoesti(kitchen)
  await expect(kitchen).not.toHaveURL(/for=/)
  await expectKept()
  await kitchen.getByRole('link', { name: 'Cook', exact: true }).click()
  await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('Step 3 of 4')
  await kitchen.getByRole('button', { name: 'Next' }).click()
  await kitchen.getByRole('button', { name: 'Done' }).click()
  await kitchen.getByRole('link', { name: 'Cook', exact: true }).click()
  await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('Step 1 of 4')

  // Other recipes aren't affected.
  await kitchen.goto(address('/'))
  await kitchen.getByRole('link', { name: /Borscht/ }).click()
  await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('Borscht')
  await expect(kitchen.getByRole('checkbox', { checked: true })).toHaveCount(0)

  // Ticks belong to these lines: if the lines change, they disappear.
  const { items } = (await (await cook.api('/api/recipes?q=rösti')).json()) as { items: { id: string }[] }
  const id = items[0]?.id ?? ''
  const answer = await cook.api(`/api/recipes/${id}`)
  const recipe = (await answer.json()) as { ingredients: object[] }
  await cook.api(`/api/recipes/${id}`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json', 'If-Match': answer.headers.get('ETag') ?? '' },
    body: JSON.stringify({ ...recipe, ingredients: [{ text: '1 egg' }, ...recipe.ingredients] }),
  })
  await kitchen.goto(address(`/recipes/${id}`))
  await expect(kitchen.getByRole('checkbox', { name: /egg/ })).toBeVisible()
  await expect(kitchen.getByRole('checkbox', { checked: true })).toHaveCount(0)
})

// Nothing of it remains for the next person.
test('how far a cook is goes with the logout', { tag: '@once' }, async ({ kitchen, cook }) => {
  await openRoesti(kitchen)
  await kitchen.getByRole('checkbox', { name: /waxy potatoes/ }).check()
  await kitchen.goto(address('/'))
  await kitchen.getByRole('button', { name: 'Account' }).click()
  await kitchen.getByRole('button', { name: 'Log out', exact: true }).click()
  await kitchen.getByLabel('Name').fill(cook.name)
  await kitchen.getByLabel('Password', { exact: true }).fill(cook.password)
  await kitchen.getByRole('button', { name: 'Log in' }).click()
  await openRoesti(kitchen)
  await expect(kitchen.getByRole('checkbox', { name: /waxy potatoes/ })).toBeVisible()
  await expect(kitchen.getByRole('checkbox', { checked: true })).toHaveCount(0)
})

// The step in the address wins, as after a reload before the step was on disk, or from a timer's
// notification.
test('the step of an address is kept', { tag: '@once' }, async ({ kitchen }) => {
  await openRoesti(kitchen)
  await kitchen.goto(address(`${new URL(kitchen.url()).pathname}/cook?step=3`))
  await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('Step 3 of 4')
  await kitchen.getByRole('button', { name: 'Leave cook mode' }).click()
  await kitchen.getByRole('link', { name: 'Cook', exact: true }).click()
  await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('Step 3 of 4')
})

// A printout has the chosen servings, however wide the screen is: paper is narrower, but the layout
// isn't switched for it.
test('print for as many as were chosen', async ({ kitchen }) => {
  await openRoesti(kitchen)
  await kitchen.getByRole('button', { name: 'More servings' }).click()
  await kitchen.getByRole('checkbox', { name: /waxy potatoes/ }).check()
  const paper = { width: 718, height: 1047 } // A4 with its margins
  for (const width of [390, 959, 961, 1440]) {
    await kitchen.setViewportSize({ width, height: 900 })
    await expect(kitchen.getByRole('searchbox')).toBeVisible({ visible: width >= 960 }) // the layout has switched
    await expect(kitchen.getByText('750 g')).toBeVisible()
    const page = await kitchen.getByRole('article').elementHandle()
    await kitchen.emulateMedia({ media: 'print' })
    await kitchen.setViewportSize(paper)
    await expect(kitchen.getByText('750 g')).toBeVisible()
    await expect(servings(kitchen)).toContainText('3')
    expect(await page?.evaluate((article) => article.isConnected), `the page of ${width} px is printed`).toBe(
      true,
    )
    const clipped = () =>
      kitchen.evaluate(() =>
        [...document.querySelectorAll('article *')]
          .filter((each) => each.checkVisibility() && !each.closest('.visually-hidden'))
          .filter((each) => each.getBoundingClientRect().right > innerWidth + 1)
          .map((each) => each.textContent),
      )
    expect(await clipped()).toEqual([])
    await kitchen.emulateMedia({ media: null })
    await kitchen.setViewportSize({ width, height: 900 })
    const pages = (await kitchen.pdf({ format: 'A4' })).toString('latin1')
    expect(pages.match(/\/Type\s*\/Page\b/g), `${width} px`).toHaveLength(1)
  }
})
