// Keeps the page's files, so that it opens and draws without the server; while there is one, its files are taken, as they are.
// And takes the pictures that other apps share with the installed page: they go to the page, not to the server.

const CACHE = 'page';
const FILES = [
  './', 'site.css', 'manifest.webmanifest', 'favicon.svg', 'icons/any-192.png', 'icons/any-512.png', 'icons/maskable-512.png',
  'i18n/de.json', 'i18n/en.json', 'i18n/es.json', 'i18n/zh.json',
  ...['intake', 'keyboardPen', 'link', 'number', 'pad', 'picture', 'strokes'].map(name => `js/drawing/${name}.js`),
  ...['answer', 'bars', 'correction', 'hand', 'place', 'predict', 'reader', 'row', 'service'].map(name => `js/reading/${name}.js`),
  ...['evidence', 'seen'].map(name => `js/explaining/${name}.js`),
  ...['device', 'explanation', 'framing', 'hand', 'network', 'onnx', 'segmentation', 'worker'].map(name => `js/device/${name}.js`),
  ...['gallery', 'key', 'language', 'main', 'sharing', 'storage', 'theme', 'zip'].map(name => `js/app/${name}.js`),
];
const SHARED = 'shared'; // js/app/sharing.js takes the picture from here
const shareTarget = new URL('share', location).href; // of manifest.webmanifest
const addresses = new Set(FILES.map(file => new URL(file, location).href));

addEventListener('install', event => {
  event.waitUntil(caches.open(CACHE).then(cache => cache.addAll(FILES)).then(() => skipWaiting()));
});

addEventListener('activate', event => event.waitUntil(clients.claim()));

addEventListener('fetch', event => {
  const { method, url } = event.request;
  if (method === 'GET' && addresses.has(url.split(/[?#]/)[0])) event.respondWith(fromServerOrCache(event.request));
  if (method === 'POST' && url === shareTarget) event.respondWith(toPage(event.request));
});

async function fromServerOrCache(request) {
  const cache = await caches.open(CACHE);
  const response = await fetch(request).catch(() => null);
  if (response?.ok) await cache.put(request, response.clone());
  return response?.ok ? response : ((await cache.match(request, { ignoreSearch: true })) ?? response ?? Response.error());
}

async function toPage(request) {
  const form = await request.formData().catch(() => null);
  const picture = form?.get('image');
  if (picture instanceof File) await (await caches.open(SHARED)).put('picture', new Response(picture));
  return Response.redirect('./#shared', 303); // the page says so where nothing is kept
}
