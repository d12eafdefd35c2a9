import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { Page } from '@playwright/test'
import { address, addCook, expect, expectAccessible, samples, test } from './kitchen'

test.use({ recipes: '' })

const text = `Barley soup

Serves 4

Ingredients
200 g pearl barley
1 leek, sliced

Method
Boil the barley for 40 minutes.
Add the leek.`

const total = async (cook: { api: (path: string) => Promise<Response> }) =>
  ((await (await cook.api('/api/recipes')).json()) as { total: number }).total

// A pasted text is shown as it was understood, kept with one press, and mended in the editor.
test('keep a recipe from a text, and mend it', async ({ kitchen, cook }) => {
  await kitchen.goto(address('/recipes/new'))
  await kitchen.getByRole('link', { name: 'From an address, a text or a file' }).click()
  await expectAccessible(kitchen)
  await kitchen.getByLabel('An address, or a recipe’s text').fill(text)
  await kitchen.getByRole('button', { name: 'Show what’s in it' }).click()
  await expect(kitchen.getByRole('heading', { name: '1 recipe was found' })).toBeFocused()
  await expect(kitchen.getByText('Barley soup').last()).toBeVisible()
  await expect(kitchen.locator('b')).toHaveText(['200 g', '1'])
  await expectAccessible(kitchen)
  expect(await total(cook), 'nothing is kept yet').toBe(0)
  await kitchen.getByRole('button', { name: 'Keep and edit' }).click()
  await kitchen.getByLabel('Name', { exact: true }).fill('Barley soup with leek')
  await kitchen.getByRole('button', { name: 'Save' }).click()
  await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('Barley soup with leek')
})

// A recipe that is there already is said to be, and the cook may replace it.
test('replace the recipe that is there', { tag: '@once' }, async ({ kitchen, cook }) => {
  for (const press of ['Keep', 'Replace it']) {
    await kitchen.goto(address('/import'))
    await kitchen.getByLabel('An address, or a recipe’s text').fill(text)
    await kitchen.getByRole('button', { name: 'Show what’s in it' }).click()
    await kitchen.getByRole('button', { name: press, exact: true }).click()
    await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('Barley soup')
    await expect(kitchen).toHaveURL(/\/recipes\//)
  }
  await expect.poll(() => total(cook)).toBe(1)
})

const page = `<!doctype html><title>Pie</title><script type="application/ld+json">{"@context":"https://schema.org",
  "@type":"Recipe","name":"Apple pie","recipeYield":"8 slices","recipeIngredient":["3 apples"],
  "recipeInstructions":["Bake it."]}</script>`

// What the bookmark sends comes in the address, is shown without another press, and leaves the address.
test('a page as the reader sees it', { tag: '@once' }, async ({ kitchen }) => {
  const packed = gzipSync(page).toString('base64url')
  await kitchen.goto(
    address(`/import?url=${encodeURIComponent('https://pies.example/apple')}#page=${packed}`),
  )
  await expect(kitchen.getByText('Apple pie').last()).toBeVisible()
  await expect(kitchen.getByText('8 slices')).toBeVisible()
  await expect(kitchen.getByRole('link', { name: 'pies.example' })).toBeVisible()
  await expect(kitchen).toHaveURL(address('/import'))
  await kitchen.getByRole('button', { name: 'Don’t keep' }).click()
  await expect(kitchen.getByText('Apple pie')).toHaveCount(0)
})

// An address that Larder may not or can't fetch is answered with the reason; another app's share fills the page in.
test('an address that is shared', { tag: '@once' }, async ({ kitchen }) => {
  const site = await serve()
  const { port } = site.address() as AddressInfo
  await kitchen.goto(address(`/import?title=Pie&text=${encodeURIComponent(`http://127.0.0.1:${port}/pie`)}`))
  await expect(kitchen.getByLabel('An address, or a recipe’s text')).toHaveValue(
    `http://127.0.0.1:${port}/pie`,
  )
  await expect(kitchen.getByRole('alert')).toContainText('That can’t be read.')
  site.close()
})

function serve(): Promise<Server> {
  return new Promise((resolve) => {
    const site = createServer((_, answer) => void answer.setHeader('Content-Type', 'text/html').end(page))
    site.listen(0, '127.0.0.1', () => resolve(site))
  })
}

async function bring(kitchen: Page, name: string, content: Buffer) {
  await kitchen.goto(address('/import'))
  await kitchen
    .getByLabel('Choose a file')
    .setInputFiles({ name, mimeType: 'application/zip', buffer: content })
}

// A whole collection is looked into first. It is an import of its own, which goes on without the page; what is there
// already is replaced if the cook wants that; and it is taken back as a whole.
test('bring a collection, close the page, replace, and take it back', async ({ kitchen, cook }) => {
  const other = await addCook({ recipes: samples })
  const collection = Buffer.from(await (await other.api('/api/export?format=paprika')).arrayBuffer())
  const all = await total(other)
  await bring(kitchen, 'mine.paprikarecipes', collection)
  await expect(kitchen.getByRole('heading', { name: `${all} recipes were found` })).toBeFocused()
  await expect(kitchen.getByRole('radio')).toHaveCount(0)
  expect(await total(cook), 'nothing is kept yet').toBe(0)
  await kitchen.getByRole('button', { name: 'Bring them in' }).click()
  await expect(kitchen).toHaveURL(/\/imports\//)
  await kitchen.goto('about:blank')
  await kitchen.goto(address('/import'))
  await kitchen.getByRole('link', { name: /mine\.paprikarecipes/ }).click()
  await expect(kitchen.getByRole('heading', { name: `${all} recipes were added` })).toBeVisible({
    timeout: 20_000,
  })
  await expectAccessible(kitchen)
  await expect.poll(() => total(cook)).toBe(all)

  const changed = await addNote(cook)
  await bring(kitchen, 'again.paprikarecipes', collection)
  await expect(kitchen.getByText(`${all} are here already`)).toBeVisible()
  await expectAccessible(kitchen)
  await kitchen.getByLabel('Replace mine').check()
  await kitchen.getByRole('button', { name: 'Bring them in' }).click()
  await expect(kitchen.getByRole('heading', { name: '1 recipe has a new version' })).toBeVisible({
    timeout: 20_000,
  })
  await expect(kitchen.getByRole('heading', { name: `${all - 1} were here already` })).toBeVisible()
  await expectAccessible(kitchen)
  expect(await total(cook), 'nothing is added twice').toBe(all)
  expect(await notesOf(cook, changed)).not.toBe('Mine')
  await kitchen.getByRole('button', { name: 'Take back 1 recipe' }).click()
  await expect(kitchen.getByRole('heading', { name: '1 recipe is as it was before' })).toBeVisible()
  expect(await notesOf(cook, changed)).toBe('Mine')

  await kitchen.getByRole('link', { name: 'Bring in more' }).click()
  await kitchen.getByRole('link', { name: /mine\.paprikarecipes/ }).click()
  await kitchen.getByRole('button', { name: `Take back all ${all} recipes` }).click()
  await expect(kitchen.getByText('Taken back', { exact: true })).toBeVisible({ timeout: 20_000 })
  await expect.poll(() => total(cook), 'the changed one stays').toBe(1)
})

type Cook = Awaited<ReturnType<typeof addCook>>

/** addNote changes a recipe of a cook, and returns its id. */
async function addNote(cook: Pick<Cook, 'api'>): Promise<string> {
  const { items } = (await (await cook.api('/api/recipes?limit=1')).json()) as { items: { id: string }[] }
  const [id] = items.map((each) => each.id)
  const recipe = (await (await cook.api(`/api/recipes/${id}`)).json()) as Record<string, unknown>
  const { name, servings, ingredients, steps, tags, source_url } = recipe
  const body = JSON.stringify({ name, servings, ingredients, steps, tags, source_url, notes: 'Mine' })
  const headers = { 'Content-Type': 'application/json', 'If-Match': `"${String(recipe['version'])}"` }
  expect((await cook.api(`/api/recipes/${id}`, { method: 'PUT', body, headers })).status).toBe(200)
  return id ?? ''
}

const notesOf = async (cook: Pick<Cook, 'api'>, id: string) =>
  ((await (await cook.api(`/api/recipes/${id}`)).json()) as { notes: string }).notes

// A file that is too large to be sent twice is brought in at once, after the same question.
test('a file that is too large to look into', { tag: '@once' }, async ({ kitchen }) => {
  await kitchen.goto(address('/import'))
  await kitchen.getByLabel('Choose a file').evaluate((input: HTMLInputElement) => {
    const file = new File(['Tea\n\nIngredients\n1 l water\n\nMethod\nBoil it.'], 'all.txt')
    Object.defineProperty(file, 'size', { value: 400_000_000 }) // as large as it looks to the page
    const files = new DataTransfer()
    files.items.add(file)
    input.files = files.files
    input.dispatchEvent(new Event('change', { bubbles: true }))
  })
  await expect(kitchen.getByRole('heading', { name: 'This file is too large' })).toBeFocused()
  await expectAccessible(kitchen)
  await kitchen.getByLabel('Keep both').check()
  await kitchen.getByRole('button', { name: 'Bring them in' }).click()
  await expect(kitchen.getByRole('heading', { name: '1 recipe was added' })).toBeVisible()
})
