/// <reference lib="webworker" />
import { atOnce, version, whenVisited } from "offline-files";

declare const self: ServiceWorkerGlobalScope;

const prefix = "slnet-web ";
const cacheName = prefix + version;
const scope = self.registration.scope;

/** The files by their full address. A stack, or whatever else is asked for, is none of them and never kept. */
const hashes = new Map(
  Object.entries({ ...whenVisited, ...atOnce }).map(([path, hash]) => [new URL(path, scope).href, hash]),
);

self.addEventListener("install", (event) => event.waitUntil(keepAll()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("fetch", (event) => {
  const address = fileAddress(event.request);
  if (address !== null) event.respondWith(answer(address));
});
self.addEventListener("message", (event) => {
  if (event.data === "take-over") void self.skipWaiting();
});

/** Fails as a whole when one file fails: the version before it stays. */
async function keepAll(): Promise<void> {
  const cache = await caches.open(cacheName);
  await Promise.all(
    Object.keys(atOnce).map(async (path) => {
      const address = new URL(path, scope).href;
      await cache.put(address, await fetchFile(address));
    }),
  );
}

async function takeOver(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name.startsWith(prefix) && name !== cacheName);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** The address of the file that is asked for, or `null` where this is none of the files. */
function fileAddress({ method, url }: Request): string | null {
  if (method !== "GET") return null;
  const { origin, pathname } = new URL(url);
  const address = origin + pathname + (pathname.endsWith("/") ? "index.html" : "");
  return hashes.has(address) ? address : null;
}

async function answer(address: string): Promise<Response> {
  const cache = await caches.open(cacheName);
  const kept = await cache.match(address);
  if (kept) return kept;
  try {
    const fetched = await fetchFile(address);
    await cache.put(address, fetched.clone());
    return fetched;
  } catch {
    // The server has another version of it by now: what it gives fits the rest of what it gives.
    return fetch(address);
  }
}

/** The file, of this version: a server that is just being updated must not give a mixture of two. */
async function fetchFile(address: string): Promise<Response> {
  const response = await fetch(address, { cache: "no-cache", integrity: `sha256-${hashes.get(address)!}` });
  if (!response.ok) throw new Error(`${address} answered ${response.status}, expected the file`);
  return response;
}
