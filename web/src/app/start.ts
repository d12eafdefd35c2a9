import { wantedLanguage, writeIn } from '@/lib/i18n/wanted'

// Start the app once the placeholder page (index.html) has been painted: parsing the app takes a
// phone most of a second, in which nothing would be visible. The page already preloads its files. A
// hidden page isn't painted, so don't wait longer than this.
const unseen = 200 // ms

writeIn(wantedLanguage())

// In two steps, between which a phone can do something else.
const begin = () => void import('react-dom/client').then(() => import('./main'))

new PerformanceObserver(begin).observe({ type: 'paint', buffered: true })
setTimeout(begin, unseen)
