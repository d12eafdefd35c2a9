// What the journeys share: a cook with a separate account, so that no journey sees another's
// recipes.
import AxeBuilder from '@axe-core/playwright'
import { test as base, expect, type Page } from '@playwright/test'
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { binary } from './server'

export const samples = fileURLToPath(new URL('../../samples/recipes.jsonl', import.meta.url))
const password = 'a little salt goes far'

export interface Cook {
  name: string
  password: string
  /** Calls the API outside the app, like another device of the same cook. */
  api: (path: string, init?: RequestInit) => Promise<Response>
}

interface Options {
  /** A file with the cook's recipes; '' for none. */
  recipes: string
  grocery: boolean
}

export function larder(args: string[], input: string | Buffer = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(binary, args, (error, stdout, stderr) => {
      if (error) reject(new Error(`larder ${args.join(' ')}: ${stderr || error.message}`))
      else resolve(stdout)
    })
    child.stdin?.end(input)
  })
}

export function address(path = '/'): string {
  return new URL(path, process.env['LARDER_URL']).href
}

/** addCook creates an account with the recipes in a file. */
export async function addCook({ recipes = '', grocery = false }: Partial<Options> = {}): Promise<Cook> {
  const name = `cook-${randomUUID().slice(0, 8)}`
  await larder(['user', 'add', name, '--password-stdin', ...(grocery ? ['--grocery'] : [])], password)
  if (recipes) await larder(['import', '--user', name, recipes])
  const response = await fetch(address('/api/session'), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username: name, password }),
  })
  const { token } = (await response.json()) as { token: string }
  const api = (path: string, init: RequestInit = {}) =>
    fetch(address(path), { ...init, headers: { ...init.headers, Authorization: `Bearer ${token}` } })
  return { name, password, api }
}

export const test = base.extend<Options & { cook: Cook; kitchen: Page }>({
  recipes: [samples, { option: true }],
  grocery: [true, { option: true }],

  cook: async ({ recipes, grocery }, use) => use(await addCook({ recipes, grocery })),

  // The app with the cook logged in.
  kitchen: async ({ page, cook }, use) => {
    const login = await page.request.post(address('/api/session'), {
      data: { username: cook.name, password: cook.password },
    })
    expect(login.ok(), `the login: ${login.status()} ${await login.text()}`).toBe(true)
    await page.goto(address('/'))
    await use(page)
  },
})

/** expectAccessible fails on any axe violation on the current page. */
export async function expectAccessible(page: Page) {
  // Run it in the page itself: we have no frames, for which axe would otherwise collect its
  // findings in another page.
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode()
    .options({ resultTypes: ['violations'] })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze()
  const found = violations.map(
    (each) => `${each.id}: ${each.help}\n  ${each.nodes.map((node) => node.html).join('\n  ')}`,
  )
  expect(found, 'what axe finds').toEqual([])
}

export { expect }
