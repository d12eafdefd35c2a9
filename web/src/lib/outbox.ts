// Commands on their way. Each is written down with an Idempotency-Key before it is sent, and taken out when the
// server has answered: so none is lost with the app, and none is done twice. They go out one after the other, in
// the order in which they were given.
import {
  answered,
  commands,
  Refused,
  Unreachable,
  type GroceryRequest,
  type Recipe,
  type RecipeInput,
} from '@/lib/api'
import { newId } from '@/lib/id'
import { forgetRecipe, keepRecipe, store, type Waiting } from '@/lib/store'

type Command = Pick<Waiting, 'recipe_id' | 'recipe_name' | 'kind' | 'body'> & { base?: number }

/** What became of a command: the server's answer, or that it waits for the network. */
export type Outcome<T> = { state: 'done'; answer: T } | { state: 'waiting' }

/**
 * send writes a command down and sends everything that waits, in order. It throws Refused where the server says no
 * to this very command; it is taken out then, since whoever gave it is there to decide.
 */
export async function send<T>(command: Command): Promise<Outcome<T>> {
  const seq = await store.outbox.add({
    ...command,
    key: newId(),
    queued_at: Date.now(),
  } as Waiting)
  const undo = await applyHere(command)
  const answers = await flush()
  const answer = answers.get(seq)
  if (answer instanceof Refused) {
    await store.outbox.delete(seq)
    await undo()
    throw answer
  }
  return answer === undefined ? { state: 'waiting' } : { state: 'done', answer: answer as T }
}

/** Answers by seq: a body, or Refused. What isn't there still waits. */
type Answers = Map<number, unknown>

/** flush sends what waits, in order, until one can't be sent. Pages of the same browser take turns. */
export async function flush(): Promise<Answers> {
  // Locks are there only over HTTPS and on this machine itself; a key keeps a command from being done twice anyway.
  return 'locks' in navigator ? navigator.locks.request('larder.outbox', sendAll) : sendAll()
}

async function sendAll(): Promise<Answers> {
  const answers: Answers = new Map()
  for (const waiting of await store.outbox.orderBy('seq').toArray()) {
    if (waiting.refused) continue
    try {
      answers.set(waiting.seq, (await deliver(waiting)) ?? null)
      await store.outbox.delete(waiting.seq)
    } catch (error) {
      if (error instanceof Unreachable) break
      // The session ended: it goes out when the same user has logged in again.
      if (!(error instanceof Refused) || error.status === 401 || error.status >= 500) break
      answers.set(waiting.seq, error)
      await store.outbox.update(waiting.seq, { refused: refusalOf(error) })
    }
  }
  return answers
}

function refusalOf(error: Refused): NonNullable<Waiting['refused']> {
  const current = error.problem.current
  return { status: error.status, detail: error.message, ...(current && { current }) }
}

async function deliver(waiting: Waiting): Promise<unknown> {
  const path = { id: waiting.recipe_id }
  const key = { 'Idempotency-Key': waiting.key }
  const ifMatch = waiting.base === undefined ? {} : { 'If-Match': `"${waiting.base}"` }
  switch (waiting.kind) {
    case 'create':
    case 'replace': {
      const condition = waiting.kind === 'create' ? ({ 'If-None-Match': '*' } as const) : ifMatch
      const params = { path, header: { ...key, ...condition } }
      const body = waiting.body as RecipeInput
      const { data } = await answered(commands.PUT('/api/recipes/{id}', { params, body }))
      await keepRecipe(data as Recipe, true)
      await rebase(waiting, data as Recipe)
      return data
    }
    case 'delete': {
      const params = { path, header: { ...key, ...ifMatch } }
      await answered(commands.DELETE('/api/recipes/{id}', { params }))
      await forgetRecipe(waiting.recipe_id)
      return null
    }
    case 'restore': {
      const body = waiting.body as { version: number }
      const params = { path, header: key }
      const { data } = await answered(commands.POST('/api/recipes/{id}/restore', { params, body }))
      await keepRecipe(data as Recipe, true)
      return data
    }
    case 'grocery': {
      const body = waiting.body as GroceryRequest
      const params = { path, header: key }
      return (await answered(commands.POST('/api/recipes/{id}/grocery', { params, body }))).data
    }
  }
}

// What was written on top of this command while it waited is based on the version that it made.
async function rebase(sent: Waiting, recipe: Recipe) {
  await store.outbox
    .where('recipe_id')
    .equals(recipe.id)
    .filter((later) => later.seq > sent.seq && later.base !== undefined && later.base === (sent.base ?? 0))
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
    })),
    steps: (input.steps ?? []).map((step) => ({ text: step.text, section: step.section ?? '' })),
    files: before?.files ?? [],
    version: before?.version ?? 0,
    created_at: before?.created_at ?? now,
    updated_at: now,
  }
}
