// Lighthouse as a phone sees the app: node build/lighthouse.js URL COOKIE. Prints the scores and fails below what
// we hold ourselves to.
import { launch } from 'chrome-launcher'
import lighthouse from 'lighthouse'
import { writeFileSync } from 'node:fs'

const [url, cookie] = process.argv.slice(2)
const least = { performance: 95, accessibility: 100, 'best-practices': 100 }

const chrome = await launch({
  chromePath: process.env.CHROMIUM,
  chromeFlags: ['--headless=new', '--no-sandbox'],
})
try {
  const { lhr } = await lighthouse(url, {
    port: chrome.port,
    logLevel: 'error',
    onlyCategories: Object.keys(least),
    extraHeaders: cookie ? { Cookie: cookie } : undefined,
  })
  const missed = []
  for (const [category, wanted] of Object.entries(least)) {
    const score = Math.round(lhr.categories[category].score * 100)
    console.log(`${category.padEnd(16)} ${String(score).padStart(3)} of ${wanted}`)
    if (score < wanted) missed.push(category)
  }
  const failed = Object.values(lhr.audits).filter((audit) => audit.score !== null && audit.score < 0.9)
  for (const audit of failed) console.log(`  ${audit.id}: ${audit.displayValue ?? audit.title}`)
  if (process.env.LIGHTHOUSE_REPORT) writeFileSync(process.env.LIGHTHOUSE_REPORT, JSON.stringify(lhr))
  if (missed.length > 0) process.exitCode = 1
} finally {
  chrome.kill()
}
