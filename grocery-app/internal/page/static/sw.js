// Lets the page open offline. The page itself stores the list.

const kept = 'grocery-page-4';
const files = ['./', 'app.js', 'device.js', 'left.js', 'server.js', 'words.js', 'list.css', 'icon.svg', 'manifest.webmanifest'];

self.addEventListener('install', (event) => {
  event.waitUntil(Promise.all(files.map((file) => fresh(new Request(file, { cache: 'no-cache' })))).then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((n) => n.startsWith('grocery-page-') && n !== kept)
    .map((n) => caches.delete(n)))).then(() => self.clients.claim()));
});

// Network first, so that a new page is used at once; the cache serves if the network is missing or
// slow.
self.addEventListener('fetch', (event) => {
  const { pathname } = new URL(event.request.url);
  if (event.request.method !== 'GET' || pathname.startsWith('/grocery/api/') || !pathname.startsWith('/grocery/')) return;
  event.respondWith(fresh(event.request).catch(() => caches.match(event.request, { ignoreSearch: true })).then((a) => a || Response.error()));
});

// Never cache a portal's page as the page or its code.
async function fresh(request) {
  const answer = await fetch(request, { signal: AbortSignal.timeout(3000) });
  if (!answer.ok || !answer.headers.has('Larder-Page')) throw new Error(`status ${answer.status}`);
  const cache = await caches.open(kept);
  await cache.put(request, answer.clone());
  return answer;
}
