// Whose page this is. All pages of a browser share one session, and another page may change its
// person. So whatever this page requests, stores and queues names the person it was drawn for, and
// the server refuses it if the session has a different one.
const listeners = new Set<() => void>()
let person: string | null = null

/** personHere is the id of this page's person; null for nobody. */
export function personHere(): string | null {
  return person
}

export function setPersonHere(id: string | null) {
  person = id
}

/** doubtPerson is called when an answer says that someone else is logged in by now. */
export function doubtPerson() {
  for (const listener of listeners) listener()
}

/** onPersonDoubted listens for that until the returned function is called. */
export function onPersonDoubted(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
