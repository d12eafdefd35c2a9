/// <reference lib="webworker" />
// The service worker caches the app itself, so that it opens offline, and the pictures that were
// shown. The app stores the recipes, in lib/store.
import { ExpirationPlugin } from 'workbox-expiration'
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching'
import { NavigationRoute, registerRoute } from 'workbox-routing'
import { CacheFirst } from 'workbox-strategies'
import { clientsClaim, type WorkboxPlugin } from 'workbox-core'
import { endLeft, leaveTask } from '@/lib/left'
import { pictureKey, picturesCache } from '@/lib/pictures'

declare const self: ServiceWorkerGlobalScope

clientsClaim() // from the first visit on, so that pictures shown then are cached
precacheAndRoute(self.__WB_MANIFEST)
cleanupOutdatedCaches()
registerRoute(
  new NavigationRoute(createHandlerBoundToURL('/index.html'), {
    // Only the app's own addresses (router.tsx). Everything else on this origin, above all files,
    // is the server's.
    allowlist: [
      /^\/(login|export|deleted|import|imports\/[^/.]+|recipes\/[^/.]+(\/(cook|edit|history))?)?\/?(\?|$)/,
    ],
  }),
)

// Fonts of other scripts are cached once a page has requested them.
registerRoute(
  ({ url, request }) => url.origin === self.location.origin && request.destination === 'font',
  new CacheFirst({ cacheName: 'larder.fonts', plugins: [atMost(24)] }),
)

registerRoute(
  ({ request }) => request.destination === 'image',
  new CacheFirst({
    cacheName: picturesCache,
    plugins: [
      {
        cacheKeyWillBeUsed: ({ request }) => Promise.resolve(pictureKey(request.url)),
        // An opaque response can't be inspected; but never cache an incomplete one of ours, or a
        // captive portal's page instead of a picture.
        cacheWillUpdate: ({ response }) =>
          Promise.resolve(isPicture(response) || response.type === 'opaque' ? response : null),
      },
      atMost(1_000),
    ],
  }),
)

function atMost(maxEntries: number): WorkboxPlugin {
  // The library's type declares undefined where its interface has optional fields.
  return new ExpirationPlugin({ maxEntries, purgeOnQuotaError: true }) as unknown as WorkboxPlugin
}

// A finished timer's notification focuses the app if it is open, as every page shows it, or else
// opens the timer's step.
self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(openStep((event.notification.data as { url?: string } | null)?.url ?? '/'))
})

async function openStep(url: string) {
  const [open] = await self.clients.matchAll({ type: 'window' })
  if (!open) return void (await self.clients.openWindow(url))
  await open.focus()
}

function isPicture(response: Response): boolean {
  return response.status === 200 && (response.headers.get('Content-Type') ?? '').startsWith('image/')
}

// An offline logout whose app has since been closed: the browser fires this once there is a
// network.
self.addEventListener('sync', (event: Event) => {
  const task = event as ExtendableEvent & { tag: string }
  if (task.tag === leaveTask)
    task.waitUntil(endLeft().then((ended) => ended || Promise.reject(new Error('not yet'))))
})

self.addEventListener('message', (event) => {
  // The page asks the cook first.
  if ((event.data as { type?: string } | null)?.type === 'SKIP_WAITING') void self.skipWaiting()
})
