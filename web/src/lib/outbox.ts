// The outbox. Each command is stored with an Idempotency-Key before it is sent, and removed once
// the server has answered: so none is lost with the app, and none is done twice. They are sent one
// at a time, in order.
import {
  answered,
  commands,
  isOtherPerson,
  Refused,
  type GroceryRequest,
  type Mark,
  type Recipe,
  type RecipeInput,
} from '@/lib/api'
import { attachFile } from '@/lib/files'
import { expectGroceries } from '@/lib/groceryList'
import { newId } from '@/lib/id'
import { reportPart } from '@/lib/sending'
import { forgetRecipe, keepRecipe, ownerHere, store, waitingHere, type Waiting } from '@/lib/store'

type Command = Pick<Waiting, 'recipe_id' | 'recipe_name' | 'kind' | 'body'> & {
  base?: number
  held?: boolean
}

/**
 * The status of a change that no server refused: its cook resumed another change to the same
 * recipe.
 */
export const setAside = 0

/** A command's outcome: the server's answer, or waiting for the network. */
export type Outcome<T> = { state: 'done'; answer: T } | { state: 'waiting' }

/** How long a caller waits for the answer before being told that the command is on its way. */
const patience = 3_000

// Callers in this page that wait for an answer, by seq.
const askers = new Map<number, (answer: unknown) => void>()

/**
 * send stores a command and sends everything that is waiting, in order. It throws Refused if the
 * server refuses this command in time; the command is then removed, because its caller can decide.
 * A later refusal stays in the outbox.
 */
export async function send<T>(command: Command): Promise<Outcome<T>> {
  const seq = await store.transaction('rw', store.outbox, async () => {
    const added = await add(command)
    if (isWritten(command)) await releaseFiles(command.recipe_id)
    return added
  })
  const undo = await applyHere(command)
  const answer = await answerTo(seq)
  if (answer instanceof Refused) {
    await store.transaction('rw', store.outbox, async () => {
      await store.outbox.delete(seq)
      if (isWritten(command)) await holdFiles(command.recipe_id)
    })
    await undo()
    throw answer
  }
  return answer === undefined ? { state: 'waiting' } : { state: 'done', answer: answer as T }
}

function add(command: Command): Promise<number> {
  const waiting = { ...command, owner: ownerHere(), key: newId(), queued_at: Date.now() }
  return store.outbox.add(waiting as Waiting)
}

const isWritten = ({ kind }: Pick<Waiting, 'kind'>) => kind === 'create' || kind === 'replace'

// A flush already running may send it, so don't rely on our own flush alone.
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

/** Flushed is a flush's result. */
export interface Flushed {
  /** The recipes of the commands that were answered, whether accepted or refused. */
  recipes: Set<string>
  /** Why the next one couldn't be sent; undefined if nothing is waiting. */
  stoppedBy?: unknown
}

// The last flush queued in this page.
let last: Promise<unknown> = Promise.resolve()

/**
 * flush sends what is waiting, in order, until one can't be sent. Flushes take turns, across pages
 * too.
 */
export async function flush(): Promise<Flushed> {
  // Locks only exist over HTTPS and on localhost. Without them pages may send the same command
  // concurrently, and its key ensures that it is done once.
  const flushed = await ('locks' in navigator
    ? navigator.locks.request('larder.outbox', sendAll)
    : inTurn(sendAll))
  void flushFiles()
  tryLater(flushed.stoppedBy)
  return flushed
}

let later: ReturnType<typeof setTimeout> | undefined

// A throttled command is sent when the server allows it; other failures are retried at the next
// sync.
function tryLater(trouble: unknown) {
  if (!(trouble instanceof Refused) || trouble.status !== 429) return
  clearTimeout(later)
  later = setTimeout(() => void flush().catch(() => undefined), (trouble.retryAfter ?? 1) * 1_000)
}

function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const mine = last.then(work)
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

// Read each command when its turn comes: the previous one may have changed its base.
async function nextAfter(seq: number): Promise<Waiting | undefined> {
  const owner = ownerHere()
  return store.outbox
    .where('seq')
    .above(seq)
    .filter((waiting) => waiting.kind !== 'file' && !waiting.refused && waiting.owner === owner)
    .first()
}

// Not an answer to the command itself: it was too early or throttled, the server has a problem, or
// the session has ended or belongs to someone else, in which case it is sent when its owner logs in
// again.
function passes(error: Refused) {
  const { status } = error
  if (isOtherPerson(error)) return true
  return status === 401 || status === 408 || status === 425 || status === 429 || status >= 500
}

/** changedHere returns the recipes with changes that the server hasn't answered yet. */
export async function changedHere(): Promise<Set<string>> {
  const changes = (await waitingHere()).filter((waiting) => !waiting.refused && isOfRecipe(waiting))
  return new Set(changes.map((waiting) => waiting.recipe_id))
}

/** changesWait reports whether a recipe has changes that the server hasn't answered yet. */
export async function changesWait(id: string): Promise<boolean> {
  return (await changedHere()).has(id)
}

// Commands that change a recipe's text, and thereby the base of later changes.
const isOfRecipe = ({ kind }: Waiting) => kind !== 'grocery' && kind !== 'file'

/** The body of a command that attaches a file. */
export interface FileBody {
  file: File
}

/**
 * sendFile attaches a file to a recipe. The file is stored here until the server has it; with held,
 * it is sent with the recipe's save. It throws Refused if the server refuses it.
 */
export async function sendFile(recipe_id: string, file: File, held = false): Promise<void> {
  const command = { recipe_id, recipe_name: file.name, kind: 'file' as const, body: { file }, held }
  const seq = await add(command)
  if (held) return
  const answer = await new Promise<unknown>((resolve) => {
    askers.set(seq, resolve)
    void flush().then(flushFiles).then(resolve, resolve)
  }).finally(() => askers.delete(seq))
  if (!(answer instanceof Refused)) return
  await store.outbox.delete(seq)
  throw answer
}

let lastFile: Promise<unknown> = Promise.resolve()

// Files take minutes, commands moments, so files are sent separately: one at a time, each after the
// recipe it belongs to.
async function flushFiles(): Promise<void> {
  if ('locks' in navigator) return navigator.locks.request('larder.outbox.files', sendFiles)
  lastFile = lastFile.then(sendFiles)
  await lastFile
}

async function sendFiles(): Promise<void> {
  for (let next = await nextFile(); next; next = await nextFile()) {
    try {
      await deliver(next)
      await store.outbox.delete(next.seq)
      askers.get(next.seq)?.(null)
    } catch (error) {
      if (!(error instanceof Refused) || passes(error)) return tryLater(error) // otherwise the next flush retries
      await refuse(next, error)
    } finally {
      reportPart(next.seq, undefined)
    }
  }
}

async function nextFile(): Promise<Waiting | undefined> {
  const all = await waitingHere()
  // Text that the server doesn't have or has refused: the cook decides what happens to the recipe.
  const unsaved = new Set(
    all.filter((each) => isWritten(each) && each.refused?.status !== setAside).map((each) => each.recipe_id),
  )
  return all.find(
    (each) => each.kind === 'file' && !each.refused && !each.held && !unsaved.has(each.recipe_id),
  )
}

function filesOf(recipe: string) {
  const owner = ownerHere()
  return store.outbox
    .where('recipe_id')
    .equals(recipe)
    .filter((each) => each.kind === 'file' && each.owner === owner)
}

/** releaseFiles lets a recipe's files be sent with its queued changes. */
export async function releaseFiles(recipe: string) {
  await filesOf(recipe).modify({ held: false })
}

/** holdFiles holds a recipe's files back until it is saved, possibly as a new recipe. */
export async function holdFiles(recipe: string, as = recipe) {
  await filesOf(recipe).modify({ held: true, recipe_id: as })
}

/**
 * dropFiles drops the files that were to be sent with a recipe's save, or all of them if the recipe
 * will never exist.
 */
export async function dropFiles(recipe: string, all = false) {
  await filesOf(recipe)
    .filter((each) => all || each.held === true)
    .delete()
}

// The change then waits for the cook. Don't let it look saved: restore the recipe to the server's
// state.
async function refuse(waiting: Waiting, error: Refused) {
  await store.outbox.update(waiting.seq, { refused: refusalOf(error) })
  const asker = askers.get(waiting.seq)
  if (asker) return asker(error)
  if (!isOfRecipe(waiting)) return
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
        // Another device deleted it first, which is what the cook wanted.
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
    case 'mark': {
      const body = waiting.body as Partial<Mark>
      const params = { path, header: key }
      const { data, response } = await answered(
        commands.PUT('/api/recipes/{id}/mark', { params, body, headers }),
      )
      const version = Number(response.headers.get('ETag')?.replaceAll('"', ''))
      const kept = await store.recipes.get(waiting.recipe_id)
      // Otherwise it isn't what the server has at this version, and is fetched when it is read.
      if (kept?.recipe.version === version - 1) await keepRecipe({ ...kept.recipe, ...data, version })
      return data
    }
    case 'grocery': {
      const body = waiting.body as GroceryRequest
      const params = { path, header: key }
      const { data } = await answered(commands.POST('/api/recipes/{id}/grocery', { params, body, headers }))
      expectGroceries()
      return data
    }
    case 'file': {
      const { recipe_id: recipe, key, body, seq } = waiting
      const { file } = body as FileBody
      const version = await attachFile({ recipe, key, file, onPart: (part) => reportPart(seq, part) })
      if (version !== undefined) await rebase(waiting, version - 1, version)
      return null
    }
  }
}

// Changes made on top of this command while it waited are based on the version it created; the cook
// keeps seeing them.
async function settle(sent: Waiting, recipe: Recipe) {
  const later = store.outbox
    .where('recipe_id')
    .equals(recipe.id)
    .filter((each) => each.owner === sent.owner && each.seq > sent.seq && !each.refused && isOfRecipe(each))
  if ((await later.count()) === 0) return keepRecipe(recipe, true)
  await rebase(sent, sent.base ?? 0, recipe.version)
}

async function rebase(sent: Waiting, before: number, version: number) {
  const based = store.outbox.where('recipe_id').equals(sent.recipe_id)
  await based
    .filter(
      (each) => each.owner === sent.owner && each.seq !== sent.seq && !each.refused && each.base === before,
    )
    .modify({ base: version })
}

// Show the cook's change on this device at once; the server's answer replaces it. If the server
// refuses, the returned function undoes it, unless something newer has arrived.
async function applyHere(command: Command): Promise<() => Promise<void>> {
  const marks = command.kind === 'mark'
  if (!isWritten(command) && command.kind !== 'delete' && !marks) return () => Promise.resolve()
  const before = await store.recipes.get(command.recipe_id)
  if (command.kind === 'delete') await forgetRecipe(command.recipe_id)
  else if (marks) {
    if (before) await keepRecipe({ ...before.recipe, ...(command.body as Partial<Mark>) }, true)
  } else await keepRecipe(provisional(command.recipe_id, command.body as RecipeInput, before?.recipe), true)
  return async () => {
    if (before) await keepRecipe(before.recipe, true, before.fetched_at)
    else await forgetRecipe(command.recipe_id)
  }
}

/** provisional returns the recipe as this device expects it before the server has answered. */
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
    ...detailsOf(input, before),
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
    favourite: before?.favourite ?? false,
    rating: before?.rating ?? null,
    version: before?.version ?? 0,
    created_at: before?.created_at ?? now,
    updated_at: now,
  }
}

// detailsOf follows the server: an input without any of these fields was queued by an earlier app,
// and the recipe keeps its own. A recipe stored by an earlier app has none.
function detailsOf(input: RecipeInput, before: Recipe | undefined) {
  const { yield: makes, total_minutes, author, language, nutrition } = input
  const sent = [makes, total_minutes, author, language, nutrition].some((value) => value !== undefined)
  const from: Partial<Pick<Recipe, 'yield' | 'total_minutes' | 'author' | 'language' | 'nutrition'>> = sent
    ? input
    : (before ?? {})
  return {
    yield: from.yield ?? '',
    total_minutes: from.total_minutes ?? null,
    author: from.author ?? '',
    language: from.language ?? '',
    nutrition: from.nutrition ?? {},
  }
}
