/// <reference lib="webworker" />
// The service worker keeps the app itself, so that it opens without a network, and the pictures that were seen. What
// a cook reads is kept by the app, in lib/store.
import { ExpirationPlugin } from 'workbox-expiration'
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching'
import { NavigationRoute, registerRoute } from 'workbox-routing'
import { CacheFirst } from 'workbox-strategies'
import { clientsClaim, type WorkboxPlugin } from 'workbox-core'
import { endLeft, leaveTask } from '@/lib/left'
import { pictureKey, picturesCache } from '@/lib/pictures'

declare const self: ServiceWorkerGlobalScope

clientsClaim() // from the first visit on, so that pictures which are seen then are kept
precacheAndRoute(self.__WB_MANIFEST)
cleanupOutdatedCaches()
registerRoute(
  new NavigationRoute(createHandlerBoundToURL('/index.html'), {
    // The app's own addresses alone (router.tsx). Whatever else is at this origin, files above all, is the server's.
    allowlist: [/^\/(login|recipes\/[^/.]+(\/(cook|edit))?)?\/?(\?|$)/],
  }),
)

// Letters of further scripts are kept once a page has asked for them.
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
        // An answer of another origin can't be looked into; one of ours that isn't whole, or a portal's page in the
        // place of a picture, must not be kept.
        cacheWillUpdate: ({ response }) =>
          Promise.resolve(isPicture(response) || response.type === 'opaque' ? response : null),
      },
      atMost(1_000),
    ],
  }),
)

function atMost(maxEntries: number): WorkboxPlugin {
  // Its type says undefined where the interface of the same library leaves things out.
  return new ExpirationPlugin({ maxEntries, purgeOnQuotaError: true }) as unknown as WorkboxPlugin
}

// A timer that is up leads to the app where it is open, which shows it on every page, else to its step.
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

// A logout without a network, of an app that is closed by now: the browser says when there is one.
self.addEventListener('sync', (event: Event) => {
  const task = event as ExtendableEvent & { tag: string }
  if (task.tag === leaveTask)
    task.waitUntil(endLeft().then((ended) => ended || Promise.reject(new Error('not yet'))))
})

self.addEventListener('message', (event) => {
  // The page asks the cook first.
  if ((event.data as { type?: string } | null)?.type === 'SKIP_WAITING') void self.skipWaiting()
})
