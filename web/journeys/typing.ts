// Measures how soon typing finds something: make web-typing. It measures from the key to the frame
// that shows the cards, with recipes on the device and with requests to the server. Only a quiet
// machine's figures count.
import { chromium, type Browser, type Page } from '@playwright/test'
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import start, { binary } from './server'

const samples =
  process.env['LARDER_SAMPLES'] ?? fileURLToPath(new URL('../../samples/recipes.jsonl', import.meta.url))
const credentials = { username: 'ada', password: 'a little salt goes far' }
const words = ['ch', 'so', 'br', 'sa', 'po', 'be', 'cu', 'ri']
const rounds = 5

const stop = await start()
const url = (path: string) => new URL(path, process.env['LARDER_URL']).href
try {
  execFileSync(binary, ['user', 'add', 'ada', '--password-stdin'], { input: credentials.password })
  execFileSync(binary, ['import', '--user', 'ada', samples])
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
  const kept = await measure(browser, false)
  const asked = await measure(browser, true)
  await browser.close()
  report('from what the device keeps', kept, 100)
  report('from the server', asked, 300)
} finally {
  await stop()
}

async function measure(browser: Browser, fromServer: boolean): Promise<number[]> {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, serviceWorkers: 'block' })
  const page = await context.newPage()
  // tsx names functions with this helper, which the page lacks.
  await page.addInitScript({ content: 'globalThis.__name = (each) => each' })
  // A device that can't fetch changes stores no recipes.
  if (fromServer) await page.route('**/api/changes**', (route) => route.abort())
  await page.request.post(url('/api/session'), { data: credentials })
  await page.goto(url('/'))
  await page.getByRole('list', { name: 'All recipes' }).getByRole('link').first().waitFor()
  if (!fromServer) await page.waitForResponse('**/api/events**')
  await page.getByRole('searchbox').focus()
  const times: number[] = []
  for (let i = 0; i < rounds; i++) {
    for (const word of words) times.push(...(await type(page, word)))
  }
  await context.close()
  return times
}

// Measures each letter until every visible card has it marked.
async function type(page: Page, word: string): Promise<number[]> {
  const times: number[] = []
  for (let i = 1; i <= word.length; i++) {
    const painted = await page.evaluateHandle(waitForKey, word.slice(0, i))
    await page.keyboard.press(word[i - 1] ?? '')
    times.push(await painted.evaluate(({ found }) => found))
  }
  await page.getByRole('searchbox').fill('')
  await page.waitForFunction(() => !document.querySelector('main mark'))
  return times
}

// The page starts watching before the key is pressed.
function waitForKey(typed: string): { found: Promise<number> } {
  const found = new Promise<number>((resolve) => {
    let pressed = 0
    addEventListener('keydown', (event) => (pressed = event.timeStamp), { once: true, capture: true })
    const look = () => {
      const names = [...document.querySelectorAll('main li a')]
      const shown = names.filter((name) =>
        [...name.querySelectorAll('mark')].some((mark) => mark.textContent.toLowerCase().startsWith(typed)),
      )
      if (pressed === 0 || names.length === 0 || shown.length < names.length)
        return requestAnimationFrame(look)
      // This frame shows them: it is painted before the next task.
      const channel = new MessageChannel()
      channel.port1.onmessage = () => resolve(performance.now() - pressed)
      return channel.port2.postMessage(null)
    }
    requestAnimationFrame(look)
  })
  return { found }
}

function report(what: string, times: number[], limit: number) {
  const sorted = [...times].sort((a, b) => a - b)
  const at = (part: number) => (sorted[Math.floor((sorted.length - 1) * part)] ?? 0).toFixed(0)
  process.stdout.write(
    `${what.padEnd(28)} p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, slowest ${at(1)} ms of ${limit} ms, ${times.length} keys\n`,
  )
  if ((sorted.at(-1) ?? 0) > limit) process.exitCode = 1
}
