// The only module that speaks HTTP. Calls are typed by the components' openapi.yaml files. The
// result is the answer, or one of two errors: Refused (the server said no, and why) or Unreachable
// (no answer in time, so that the caller falls back to stored data).
import createClient, { type ClientOptions, type FetchResponse } from 'openapi-fetch'
import type { components as commandComponents, paths as commandPaths } from '@/api/command-api.gen'
import type { components as queryComponents, paths as queryPaths } from '@/api/query-api.gen'
import { reportReachable } from '@/lib/network'
import { doubtPerson, personHere } from '@/lib/person'
import { isLarders, isProblem } from '@/lib/word'

export type Recipe = queryComponents['schemas']['Recipe']
export type RecipeItem = queryComponents['schemas']['RecipeItem']
export type RecipePage = queryComponents['schemas']['RecipePage']
export type Ingredient = queryComponents['schemas']['Ingredient']
export type Step = queryComponents['schemas']['Step']
export type Tag = queryComponents['schemas']['Tag']
export type Change = queryComponents['schemas']['Change']
export type ChangePage = queryComponents['schemas']['ChangePage']
export type User = queryComponents['schemas']['User']
export type RecipeInput = commandComponents['schemas']['RecipeInput']
export type Grocery = commandComponents['schemas']['Grocery']
export type Mark = commandComponents['schemas']['Mark']
export type GroceryRequest = commandComponents['schemas']['GroceryRequest']
type Problem = queryComponents['schemas']['Problem'] & { current?: Recipe; current_version?: number }

/** How long a read may hang before stored data is shown instead. */
export const readDeadline = 3_000
/** How long a write may hang before it counts as unsent and waits in the outbox. */
export const writeDeadline = 15_000

/** The server answered with a refusal. */
export class Refused extends Error {
  readonly status: number
  readonly problem: Problem
  /** Seconds after which a retry is worthwhile, if the server said so. */
  readonly retryAfter: number | undefined

  constructor(response: Response, problem: Problem) {
    super(problem.detail ?? problem.title)
    this.name = 'Refused'
    this.status = response.status
    this.problem = problem
    this.retryAfter = secondsIn(response.headers.get('Retry-After'))
  }
}

/** isOtherPerson reports whether a request was refused because a different user is logged in. */
export function isOtherPerson(error: unknown): boolean {
  return error instanceof Refused && isOfOther(error.problem)
}

function isOfOther(problem: Problem) {
  return problem.type === 'urn:larder:problem:other-person'
}

/**
 * No answer in time: no network, a hanging one, a server that is down (502 to 504), or something
 * else that answers in its place.
 */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super('Larder did not answer.', { cause })
    this.name = 'Unreachable'
  }
}

/** How often to retry a throttled read, and for how many seconds at most. */
const patience = { times: 3, seconds: 5 }

// A throttled request (429) says when to retry. Reads are retried here, for all callers; commands
// wait in the outbox.
const patientFetch: NonNullable<ClientOptions['fetch']> = async (request) => {
  for (let left = patience.times; ; left -= 1) {
    const response = await deadlineFetch(request)
    const after = secondsIn(response.headers.get('Retry-After'))
    const asksAgain = response.status === 429 && request.method === 'GET' && left > 0
    if (!asksAgain || after === undefined || after > patience.seconds) return response
    await pass(after * 1_000, request.signal)
  }
}

function pass(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    const giveUp = () => {
      clearTimeout(timer)
      resolve() // the next fetch reports the abort
    }
    if (signal.aborted) giveUp()
    else signal.addEventListener('abort', giveUp)
  })
}

function secondsIn(header: string | null | undefined): number | undefined {
  const seconds = Number(header)
  return seconds > 0 ? seconds : undefined
}

const deadlineFetch = async (request: Request) => {
  // The language chosen here, not the browser's: the grocery list's numbers use it.
  const language = globalThis.document?.documentElement.lang
  if (language) request.headers.set('Accept-Language', language)
  nameThePerson(request)
  const limit = request.method === 'GET' ? readDeadline : writeDeadline
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(limit)])
  let response: Response
  try {
    // The browser's cache would outlive the logout.
    response = await fetch(request, { signal, cache: 'no-store' })
  } catch (cause) {
    if (request.signal.aborted) throw cause // the caller aborted
    throw unreachable(cause)
  }
  if (response.status >= 502 && response.status <= 504) throw unreachable(response.status)
  if (!(await isLarders(response))) throw unreachable(`${response.status} of somebody else`)
  reportReachable(true)
  return response
}

// Requests that ask who is logged in name no person.
function nameThePerson(request: Request) {
  const person = personHere()
  if (person === null || request.headers.has('Larder-User')) return
  if (new URL(request.url).pathname === '/api/session') return
  request.headers.set('Larder-User', person)
}

function unreachable(cause: unknown) {
  reportReachable(false)
  return new Unreachable(cause)
}

/** Options shared by all API clients: the deadlines and the address. */
export const options: ClientOptions = { fetch: patientFetch, baseUrl: globalThis.location?.origin ?? '' }

export const commands = createClient<commandPaths>(options)
export const queries = createClient<queryPaths>(options)

/**
 * answered awaits a call and returns its body, or throws Refused or Unreachable. A 304 has no body:
 * its callers check the response themselves.
 */
export async function answered<
  T extends Record<string | number, unknown>,
  O,
  M extends `${string}/${string}`,
>(call: Promise<FetchResponse<T, O, M>>) {
  const { data, error, response } = await bodyOf(call)
  if (error !== undefined || !response.ok) throw refused(response, error)
  return { data: data as NonNullable<typeof data>, response }
}

async function bodyOf<T>(call: Promise<T>) {
  try {
    return await call
  } catch (cause) {
    // The headers arrived, but the connection broke while the body was read.
    if (cause instanceof DOMException && cause.name === 'TimeoutError') throw unreachable(cause)
    if (cause instanceof SyntaxError) throw unreachable(cause)
    throw cause
  }
}

/**
 * failureOf returns the failure in an answer that wasn't fetched here: Refused, or Unreachable if
 * the answer isn't Larder's own.
 */
export function failureOf(
  status: number,
  mediaType: string | null | undefined,
  text: string,
  retryAfter?: string | null,
): Refused | Unreachable {
  if (status >= 502 || !isProblem(mediaType, text)) return unreachable(`${status} of somebody else`)
  const headers: HeadersInit = retryAfter ? { 'Retry-After': retryAfter } : {}
  return refused(new Response(null, { status, headers }), JSON.parse(text))
}

function refused(response: Response, body: unknown): Refused {
  const problem = problemOf(response, body)
  if (isOfOther(problem)) doubtPerson()
  return new Refused(response, problem)
}

function problemOf(response: Response, body: unknown): Problem {
  const isProblem = typeof body === 'object' && body !== null && 'title' in body
  if (isProblem) return body as Problem
  return { type: 'about:blank', title: response.statusText || 'Refused', status: response.status }
}
