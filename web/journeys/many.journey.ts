import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { address, expect, test as base } from './kitchen'
import { writeMany } from './many'

const count = 5_000

const test = base.extend<object>({
  recipes: async ({}, use) => {
    const path = writeMany(count)
    await use(path)
    rmSync(dirname(path), { recursive: true })
  },
})

// With 5,000 recipes, only those on screen are drawn, the last one can be reached, and the device
// stores the newest.
test('scroll through 5,000 recipes', { tag: '@once' }, async ({ kitchen }) => {
  test.setTimeout(180_000)
  await expect(kitchen.getByText('5,000 recipes')).toBeVisible({ timeout: 20_000 })
  const cards = kitchen.getByRole('list', { name: 'All recipes' }).getByRole('link')
  const last = kitchen.getByRole('link', { name: /Walnut Tart 4966/ })
  await expect
    .poll(
      async () => {
        expect(await cards.count(), 'cards that are drawn').toBeLessThan(100)
        await kitchen.evaluate(() => scrollTo(0, document.documentElement.scrollHeight))
        return last.isVisible()
      },
      { timeout: 90_000, intervals: [50] },
    )
    .toBe(true)

  await kitchen.getByRole('searchbox').fill('barley gratin 0184')
  await expect(cards).toHaveCount(1)
})

// Offline, the list says how much of the whole it has, and includes what was written here, however
// many came since.
test(
  'without a network, 500 of 5,000 and what was written here',
  { tag: '@once' },
  async ({ kitchen, cook, context }) => {
    test.setTimeout(180_000)
    const status = kitchen.getByRole('status').filter({ hasText: /recipes/ })
    await expect(status).toHaveText('5,000 recipes', { timeout: 20_000 })
    await kitchen.evaluate(() => navigator.serviceWorker.ready)
    await expect
      .poll(() => kitchen.evaluate(keptOf, ''), { timeout: 60_000 })
      .toEqual({ listed: count, kept: 500 })
    await kitchen.goto(address('/recipes/new'))
    await kitchen.getByLabel('Name', { exact: true }).fill('Aunt Zoe’s pie')
    await kitchen.getByRole('button', { name: 'Save' }).click()
    await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('Aunt Zoe’s pie')
    // Another device changes six hundred more, all newer than what was written here.
    const { changes } = (await (await cook.api('/api/changes?since=0&limit=500')).json()) as Changes
    const more = (await (await cook.api('/api/changes?since=500&limit=100')).json()) as Changes
    for (const { recipe } of [...changes, ...more.changes]) {
      await cook.api(`/api/recipes/${recipe.id}`, {
        method: 'PUT',
        headers: { 'Content-Type': 'application/json', 'If-Match': `"${recipe.version}"` },
        body: JSON.stringify({ name: recipe.name, tags: ['changed'] }),
      })
    }
    await kitchen.goto(address('/'))
    await expect(status).toHaveText('5,001 recipes')
    // The 500 newest, plus a few that were on screen, stored for their pictures.
    await expect
      .poll(
        async () => {
          const { listed, kept } = await kitchen.evaluate(keptOf, 'changed')
          return listed === count + 1 && kept >= 500 && kept < 530
        },
        { timeout: 60_000 },
      )
      .toBe(true)

    await context.setOffline(true)
    await kitchen.reload()
    const partly = /^5\d\d of 5,001 recipes are on this device$/
    await expect(status).toHaveText(partly, { timeout: 20_000 })
    const tag = kitchen.getByRole('button', { name: 'changed', exact: true })
    await expect(tag).toHaveText(/^changed5\d\d$/)
    await tag.click()
    await expect(status).toHaveText(/^5\d\d recipes · 5\d\d of 5,001 recipes are on this device$/)
    await kitchen.goBack()
    await kitchen.getByRole('searchbox').fill('zoes pie')
    await expect(kitchen.getByRole('link', { name: /Aunt Zoe/ })).toBeVisible()
  },
)

interface Changes {
  changes: { recipe: { id: string; name: string; version: number } }[]
}

// What the device has after applying all changes: lines of the list, and recipes with a tag, or any
// recipes for ''.
function keptOf(tag: string): Promise<{ listed: number; kept: number }> {
  return new Promise((resolve, reject) => {
    const opened = indexedDB.open('larder')
    opened.onerror = () => reject(opened.error ?? new Error('no store'))
    opened.onsuccess = () => {
      const reading = opened.result.transaction(['recipes', 'items', 'notes'])
      const listed = reading.objectStore('items').count()
      const recipes = reading.objectStore('recipes').getAll()
      const synced = reading.objectStore('notes').count('synced')
      reading.oncomplete = () => {
        opened.result.close()
        const all = recipes.result as { recipe: { tags: string[] } }[]
        const kept = all.filter(({ recipe }) => tag === '' || recipe.tags.includes(tag)).length
        resolve(synced.result > 0 ? { listed: listed.result, kept } : { listed: 0, kept: 0 })
      }
    }
  })
}
