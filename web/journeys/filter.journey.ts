import type { Page } from '@playwright/test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { address, expect, expectAccessible, test as base } from './kitchen'

const test = base.extend<object>({
  recipes: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'larder-filters-'))
    const path = join(folder, 'recipes.jsonl')
    const row = (text: string) => ({ text })
    const lines = [
      { name: 'Leek soup', prep_minutes: 25, ingredients: ['2 leeks, sliced', '1 tbsp olive oil'].map(row) },
      { name: 'Leek and ham tart', prep_minutes: 20, ingredients: ['2 leeks', '200 g smoked ham'].map(row) },
      { name: 'Leek gratin', prep_minutes: 60, ingredients: ['4 large leeks', '50 g Gruyère'].map(row) },
      { name: 'Apple cake', ingredients: ['4 apples'].map(row) },
    ]
    writeFileSync(path, lines.map((line) => JSON.stringify(line)).join('\n'))
    await use(path)
    rmSync(folder, { recursive: true })
  },
})

const names = (page: Page) => page.getByRole('list', { name: 'All recipes' }).getByRole('link')

async function choose(page: Page) {
  await page.getByRole('button', { name: 'Filter' }).click()
  const sheet = page.getByRole('dialog', { name: 'Find and sort' })
  await sheet.getByRole('combobox', { name: 'With', exact: true }).fill('Leek')
  await sheet.getByRole('button', { name: 'Add' }).first().click()
  await sheet.getByRole('combobox', { name: 'Without' }).fill('meat')
  await page.keyboard.press('Enter')
  await sheet.getByRole('button', { name: '30 min' }).click()
  return sheet
}

// What has leeks and no meat, in half an hour: each choice narrows at once, the address has them all,
// Back takes the last one away, and a press on one removes it.
test('leeks and no meat under half an hour', async ({ kitchen }) => {
  const sheet = await choose(kitchen)
  await expectAccessible(kitchen)
  await sheet.getByRole('button', { name: 'Show recipes' }).click()
  await expect(names(kitchen)).toHaveText([/Leek soup/])
  const asked = new URL(kitchen.url()).searchParams
  expect([...asked]).toEqual([
    ['with', 'Leek'],
    ['without', 'meat'],
    ['max_minutes', '30'],
  ])
  await kitchen.reload()
  await expect(names(kitchen)).toHaveText([/Leek soup/])
  await kitchen.goBack()
  await expect(names(kitchen)).toHaveText([/Leek gratin/, /Leek soup/])
  await kitchen.getByRole('button', { name: 'no meat' }).click()
  await expect(names(kitchen)).toHaveText([/Leek and ham tart/, /Leek gratin/, /Leek soup/])
  await kitchen.getByRole('button', { name: 'Leek', exact: true }).click()
  await expect(names(kitchen)).toHaveCount(4)

  await kitchen.getByRole('button', { name: 'Filter' }).click()
  await kitchen.getByRole('combobox', { name: 'Sort by' }).selectOption('Quickest first')
  await kitchen.getByRole('button', { name: 'Show recipes' }).click()
  await expect(names(kitchen)).toHaveText([/ham tart/, /soup/, /gratin/, /Apple cake/])
})

// Nothing that fits says so, and leads back to everything.
test('nothing fits the filters', { tag: '@once' }, async ({ kitchen }) => {
  await kitchen.goto(address('/?with=leek&with=apple'))
  await expect(kitchen.getByRole('heading', { name: 'Nothing fits these filters.' })).toBeVisible()
  await kitchen.getByRole('button', { name: 'Show all recipes' }).click()
  await expect(names(kitchen)).toHaveCount(4)
})
