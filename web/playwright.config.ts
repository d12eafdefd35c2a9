import { defineConfig } from '@playwright/test'

const chromium = process.env['CHROMIUM_SHELL'] ?? process.env['CHROMIUM'] ?? '/usr/bin/chromium'

// Two layouts, each as on its device: a phone with touch, and a laptop.
export default defineConfig({
  testDir: 'journeys',
  testMatch: '**/*.journey.ts',
  outputDir: 'test-results',
  globalSetup: './journeys/server.ts',
  fullyParallel: true,
  workers: 3, // a journey spends half its time waiting for the page
  timeout: 60_000,
  expect: { timeout: 7_000 },
  forbidOnly: !!process.env['CI'],
  reporter: [['list', { printSteps: false }]],
  use: {
    launchOptions: { executablePath: chromium, args: ['--no-sandbox'] },
    locale: 'en-GB',
    colorScheme: 'light',
    trace: process.env['TRACE'] ? 'retain-on-failure' : 'off', // recording costs a fifth of the whole run
  },
  projects: [
    {
      name: 'phone',
      use: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
    },
    // Layout-independent journeys run once.
    { name: 'desk', use: { viewport: { width: 1440, height: 900 } }, grepInvert: /@once/ },
  ],
})
