// The fact that a person has logged out in this browser and the server doesn't know it yet. The
// recipe app, which shares the session and this database, records it (web/src/lib/left.ts); until
// the session has ended nobody is logged in here.

import { isLarders } from './server.js';

const key = 'left';
const place = 'larder.left'; // notifies this browser's pages

export const isLeftHere = () => localStorage.getItem(place) !== null;

async function readLeft() {
  try {
    return await inNotes('readonly', (notes) => notes.get(key));
  } catch { // a browser without databases
    const person = localStorage.getItem(place);
    return person === null ? undefined : { person, ended: person === '' };
  }
}

// hasLeft reports whether someone has logged out and nobody has logged in since.
export const hasLeft = async () => Boolean(await readLeft());

// forgetLeft removes the record of a logout after a login.
export async function forgetLeft() {
  await inNotes('readwrite', (notes) => notes.delete(key)).catch(() => {});
  localStorage.removeItem(place);
}

// inTurn keeps a late logout request from ending the session of a later login, even in another
// page.
export const inTurn = (work) => (navigator.locks ? navigator.locks.request('larder.session', work) : work());

// endLeft ends a logged-out person's session and returns whether none is left. Call it in turn.
export async function endLeft() {
  const left = await readLeft();
  if (!left || left.ended) return true;
  if (!(await isEnded(left.person))) return false;
  await inNotes('readwrite', (notes) => notes.put({ person: '', ended: true }, key)).catch(() => {});
  localStorage.setItem(place, '');
  return true;
}

async function isEnded(person) {
  try {
    const answer = await fetch('/api/session', {
      method: 'DELETE', headers: { 'Larder-User': person }, keepalive: true, signal: AbortSignal.timeout(10000),
    });
    // 401: it has expired. 403: the session now belongs to another person, and stays.
    return (await isLarders(answer)) && (answer.ok || answer.status === 401 || answer.status === 403);
  } catch {
    return false;
  }
}

function inNotes(mode, work) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('larder.device', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('notes');
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const change = database.transaction('notes', mode, { durability: 'strict' });
      const request = work(change.objectStore('notes'));
      change.oncomplete = () => { database.close(); resolve(request.result); };
      change.onabort = () => { database.close(); reject(change.error); };
    };
  });
}
