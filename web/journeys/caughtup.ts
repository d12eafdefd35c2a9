// Measures how soon a new device has what a cook with 5,000 recipes has: make web-caught-up. It
// measures from opening the page to opening the change stream, which happens once all changes are
// applied. Only a quiet machine's figures count.
import { chromium } from '@playwright/test'
import { execFileSync } from 'node:child_process'
import { writeMany } from './many'
import start, { binary } from './server'

const count = 5_000
const rounds = 3
const limit = 5_000
const credentials = { username: 'ada', password: 'a little salt goes far' }

const stop = await start()
const url = (path: string) => new URL(path, process.env['LARDER_URL']).href
try {
  execFileSync(binary, ['user', 'add', 'ada', '--password-stdin'], { input: credentials.password })
  execFileSync(binary, ['import', '--user', 'ada', writeMany(count)])
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
  for (let i = 0; i < rounds; i++) {
    const context = await browser.newContext({
      viewport: { width: 390, height: 844 },
      serviceWorkers: 'block',
    })
    const page = await context.newPage()
    let pages = 0
    page.on('requestfinished', (request) => (pages += Number(request.url().includes('/api/changes'))))
    await page.request.post(url('/api/session'), { data: credentials })
    const opened = performance.now()
    await page.goto(url('/'))
    await page.waitForRequest('**/api/events**', { timeout: 120_000 })
    const took = performance.now() - opened
    process.stdout.write(
      `caught up with ${count} recipes in ${took.toFixed(0)} ms of ${limit} ms, ${pages} pages\n`,
    )
    if (took > limit) process.exitCode = 1
    await context.close()
  }
  await browser.close()
} finally {
  await stop()
}
