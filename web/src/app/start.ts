import { wantedLanguage, writeIn } from '@/lib/i18n/wanted'

// The app is begun when the page that stands there until then (index.html) is painted: to read it takes a phone most of a
// second, in which nothing would be seen. Its files are asked for by the page already. A page that nobody looks at isn't
// painted; it waits no longer than this.
const unseen = 200 // ms

writeIn(wantedLanguage())

// In two steps, between which a phone can do something else.
const begin = () => void import('react-dom/client').then(() => import('./main'))

new PerformanceObserver(begin).observe({ type: 'paint', buffered: true })
setTimeout(begin, unseen)
