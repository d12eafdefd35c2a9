// A separate browser with a profile on disk, which can be killed and restarted.
import { chromium, type Page } from '@playwright/test'
import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'

interface Started {
  process: ChildProcess
  page: Page
  /** Ends it like a cook does. */
  close: () => Promise<void>
  /** Ends it like an empty battery does. */
  kill: () => Promise<void>
}

export async function startBrowser(
  profile: string,
  size: { width: number; height: number },
): Promise<Started> {
  const flags = [
    '--headless=new',
    '--no-sandbox',
    '--no-first-run',
    '--remote-debugging-port=0',
    '--lang=en-GB',
  ]
  const process_ = spawn(
    process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    [...flags, `--user-data-dir=${profile}`, 'about:blank'],
    { stdio: ['ignore', 'ignore', 'pipe'], detached: true },
  )
  const ended = new Promise<void>((resolve) => process_.once('exit', () => resolve()))
  const address = await new Promise<string>((resolve, reject) => {
    createInterface({ input: process_.stderr }).on('line', (line) => {
      const found = /DevTools listening on (ws:\S+)/.exec(line)?.[1]
      if (found) resolve(found)
    })
    void ended.then(() => reject(new Error('the browser ended before it listened')))
  })
  const browser = await chromium.connectOverCDP(address)
  const context = browser.contexts()[0] ?? (await browser.newContext())
  const page = context.pages()[0] ?? (await context.newPage())
  await page.setViewportSize(size)
  return {
    process: process_,
    page,
    close: async () => {
      const session = await browser.newBrowserCDPSession()
      await session.send('Browser.close').catch(() => undefined)
      await ended
    },
    kill: async () => {
      // Kill the whole process group: a browser has many processes.
      if (process_.pid && process_.exitCode === null) process.kill(-process_.pid, 'SIGKILL')
      await ended
    },
  }
}
