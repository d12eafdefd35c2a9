// Whose page this is. A browser has one session for all its pages, and the person behind it may change in another one.
// So what this page asks for, keeps and queues names the person that it was drawn for, and the server refuses what
// names another one than the session's.
const listeners = new Set<() => void>()
let person: string | null = null

/** personHere is the id of the person for whom this page is; null for nobody. */
export function personHere(): string | null {
  return person
}

export function setPersonHere(id: string | null) {
  person = id
}

/** doubtPerson is called where an answer says that somebody else is logged in by now. */
export function doubtPerson() {
  for (const listener of listeners) listener()
}

/** onPersonDoubted hears of that until the function that it gives is called. */
export function onPersonDoubted(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
