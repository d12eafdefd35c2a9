// Commands on their way. Each is written down with an Idempotency-Key before it is sent, and taken out when the
// server has answered: so none is lost with the app, and none is done twice. They go out one after the other, in
// the order in which they were given.
import {
  answered,
  commands,
  isOtherPerson,
  Refused,
  type GroceryRequest,
  type Recipe,
  type RecipeInput,
} from '@/lib/api'
import { newId } from '@/lib/id'
import { forgetRecipe, keepRecipe, ownerHere, store, waitingHere, type Waiting } from '@/lib/store'

type Command = Pick<Waiting, 'recipe_id' | 'recipe_name' | 'kind' | 'body'> & { base?: number }

/** What became of a command: the server's answer, or that it waits for the network. */
export type Outcome<T> = { state: 'done'; answer: T } | { state: 'waiting' }

/** How long whoever gave a command waits for the answer, before being told that it is on its way. */
const patience = 3_000

// Those in this page who wait for the answer to what they sent, by seq.
const askers = new Map<number, (answer: unknown) => void>()

/**
 * send writes a command down and sends everything that waits, in order. It throws Refused where the server says no
 * to this very command in time; it is taken out then, since whoever gave it is there to decide. A later no stays in
 * the outbox.
 */
export async function send<T>(command: Command): Promise<Outcome<T>> {
  const seq = await store.outbox.add({
    ...command,
    owner: ownerHere(),
    key: newId(),
    queued_at: Date.now(),
  } as Waiting)
  const undo = await applyHere(command)
  const answer = await answerTo(seq)
  if (answer instanceof Refused) {
    await store.outbox.delete(seq)
    await undo()
    throw answer
  }
  return answer === undefined ? { state: 'waiting' } : { state: 'done', answer: answer as T }
}

// A flush that was under way may be the one that sends it, so the answer isn't taken from the own flush alone.
async function answerTo(seq: number): Promise<unknown> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const told = new Promise<unknown>((resolve, reject) => {
    askers.set(seq, resolve)
    timer = setTimeout(resolve, patience)
    flush().then(() => resolve(undefined), reject)
  })
  try {
    return await told
  } finally {
    clearTimeout(timer)
    askers.delete(seq)
  }
}

/** Flushed tells what a flush came to. */
export interface Flushed {
  /** The recipes of the commands that were answered, with yes or no. */
  recipes: Set<string>
  /** Why the next one couldn't be sent; undefined where nothing waits any more. */
  stoppedBy?: unknown
}

// Who is last in the queue of this page.
let last: Promise<unknown> = Promise.resolve()

/** flush sends what waits, in order, until one can't be sent. Flushes take turns, also those of other pages. */
export async function flush(): Promise<Flushed> {
  // Locks are there only over HTTPS and on this machine itself. Without them pages may send the same command at the
  // same time, and its key makes sure that it is done once.
  if ('locks' in navigator) return navigator.locks.request('larder.outbox', sendAll)
  const mine = last.then(sendAll)
  last = mine.catch(() => undefined)
  return mine
}

async function sendAll(): Promise<Flushed> {
  const recipes = new Set<string>()
  for (let next = await nextAfter(0); next; next = await nextAfter(next.seq)) {
    try {
      const answer = await deliver(next)
      await store.outbox.delete(next.seq)
      askers.get(next.seq)?.(answer ?? null)
    } catch (error) {
      if (!(error instanceof Refused) || passes(error)) return { recipes, stoppedBy: error }
      await refuse(next, error)
    }
    recipes.add(next.recipe_id)
  }
  return { recipes }
}

// Each is read when its turn has come: the one before may have changed what it is based on.
async function nextAfter(seq: number): Promise<Waiting | undefined> {
  const owner = ownerHere()
  return store.outbox
    .where('seq')
    .above(seq)
    .filter((waiting) => !waiting.refused && waiting.owner === owner)
    .first()
}

// No answer to the command itself: it was too early or too much, the server has trouble, or the session ended or is
// somebody else's, and it goes out when its owner has logged in again.
function passes(error: Refused) {
  const { status } = error
  if (isOtherPerson(error)) return true
  return status === 401 || status === 408 || status === 425 || status === 429 || status >= 500
}

/** changedHere gives the recipes of which this device has a change that the server hasn't answered yet. */
export async function changedHere(): Promise<Set<string>> {
  const changes = (await waitingHere()).filter((waiting) => !waiting.refused && waiting.kind !== 'grocery')
  return new Set(changes.map((waiting) => waiting.recipe_id))
}

/** changesWait tells whether this device has a change of the recipe that the server hasn't answered yet. */
export async function changesWait(id: string): Promise<boolean> {
  return (await changedHere()).has(id)
}

// It waits for the cook then. Nobody must take for saved what is not: the recipe is what the server has again.
async function refuse(waiting: Waiting, error: Refused) {
  await store.outbox.update(waiting.seq, { refused: refusalOf(error) })
  const asker = askers.get(waiting.seq)
  if (asker) return asker(error)
  if (waiting.kind === 'grocery') return
  await forgetRecipe(waiting.recipe_id)
  if (error.problem.current) await keepRecipe(error.problem.current, true)
}

function refusalOf(error: Refused): NonNullable<Waiting['refused']> {
  const current = error.problem.current
  return { status: error.status, detail: error.message, ...(current && { current }) }
}

async function deliver(waiting: Waiting): Promise<unknown> {
  const path = { id: waiting.recipe_id }
  const key = { 'Idempotency-Key': waiting.key }
  const headers = { 'Larder-User': waiting.owner }
  const ifMatch = waiting.base === undefined ? {} : { 'If-Match': `"${waiting.base}"` }
  switch (waiting.kind) {
    case 'create':
    case 'replace': {
      const condition = waiting.kind === 'create' ? ({ 'If-None-Match': '*' } as const) : ifMatch
      const params = { path, header: { ...key, ...condition } }
      const body = waiting.body as RecipeInput
      const { data } = await answered(commands.PUT('/api/recipes/{id}', { params, body, headers }))
      await settle(waiting, data as Recipe)
      return data
    }
    case 'delete': {
      const params = { path, header: { ...key, ...ifMatch } }
      try {
        await answered(commands.DELETE('/api/recipes/{id}', { params, headers }))
      } catch (error) {
        // Another device was first: it is as the cook wanted it.
        if (!(error instanceof Refused) || error.status !== 404) throw error
      }
      await forgetRecipe(waiting.recipe_id)
      return null
    }
    case 'restore': {
      const body = waiting.body as { version: number }
      const params = { path, header: key }
      const { data } = await answered(commands.POST('/api/recipes/{id}/restore', { params, body, headers }))
      await keepRecipe(data as Recipe, true)
      return data
    }
    case 'grocery': {
      const body = waiting.body as GroceryRequest
      const params = { path, header: key }
      return (await answered(commands.POST('/api/recipes/{id}/grocery', { params, body, headers }))).data
    }
  }
}

// What was written on top of this command while it waited is based on the version that it made, and is what the
// cook goes on seeing.
async function settle(sent: Waiting, recipe: Recipe) {
  const later = store.outbox
    .where('recipe_id')
    .equals(recipe.id)
    .filter(
      (each) => each.owner === sent.owner && each.seq > sent.seq && !each.refused && each.kind !== 'grocery',
    )
  if ((await later.count()) === 0) return keepRecipe(recipe, true)
  await later
    .filter((each) => each.base !== undefined && each.base === (sent.base ?? 0))
    .modify({ base: recipe.version })
}

// The cook sees what they did at once, on this device; the server's answer replaces it. Where the server says no,
// what is given back here undoes it, unless something newer has come meanwhile.
async function applyHere(command: Command): Promise<() => Promise<void>> {
  if (command.kind === 'grocery' || command.kind === 'restore') return () => Promise.resolve()
  const before = await store.recipes.get(command.recipe_id)
  if (command.kind === 'delete') await forgetRecipe(command.recipe_id)
  else await keepRecipe(provisional(command.recipe_id, command.body as RecipeInput, before?.recipe), true)
  return async () => {
    if (before) await keepRecipe(before.recipe, true, before.fetched_at)
    else await forgetRecipe(command.recipe_id)
  }
}

/** provisional is the recipe as it will be, as far as this device can tell before the server has answered. */
export function provisional(id: string, input: RecipeInput, before: Recipe | undefined): Recipe {
  const now = new Date().toISOString()
  return {
    id,
    name: input.name,
    description: input.description ?? '',
    servings: input.servings ?? null,
    prep_minutes: input.prep_minutes ?? null,
    cook_minutes: input.cook_minutes ?? null,
    source_url: input.source_url ?? '',
    tags: input.tags ?? [],
    notes: input.notes ?? '',
    ingredients: (input.ingredients ?? []).map((line) => ({
      text: line.text ?? [line.quantity, line.unit, line.name].filter(Boolean).join(' '),
      quantity: line.quantity ?? null,
      quantity_max: line.quantity_max ?? null,
      unit: line.unit ?? '',
      name: line.name ?? '',
      note: line.note ?? '',
      section: line.section ?? '',
      second: line.second ? { quantity_max: null, unit: '', ...line.second } : null,
    })),
    steps: (input.steps ?? []).map((step) => ({ text: step.text, section: step.section ?? '' })),
    files: before?.files ?? [],
    version: before?.version ?? 0,
    created_at: before?.created_at ?? now,
    updated_at: now,
  }
}
