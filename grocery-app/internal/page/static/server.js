// The server's API. A Refusal is an answer that retrying won't change. Every other failure means
// "no network", including answers that aren't Larder's own, such as a portal's page or a proxy's
// 401 in HTML.

import { language } from './words.js';

export class Refusal extends Error {
  constructor(status, problem) {
    super(problem.detail || String(status));
    this.status = status;
    this.problem = problem;
  }

  // The request names a different person than the one now logged in.
  get isOfOther() { return this.problem.type === 'urn:larder:problem:other-person'; }
}

// isLarders reports whether the server itself answered, by the rule of web/src/lib/word.ts.
export async function isLarders(answer) {
  const isJSON = /^application\/(problem\+)?json\s*(;|$)/i.test(answer.headers.get('Content-Type') || '');
  if (answer.ok || answer.status === 304) {
    return answer.headers.has('X-Request-Id') && (isJSON || answer.status === 204 || answer.status === 304);
  }
  const problem = isJSON ? await answer.clone().json().catch(() => null) : null;
  return typeof problem?.title === 'string';
}

// call sends a request for a person; '' means whoever is logged in.
async function call(path, person, options = {}) {
  const headers = { 'Accept-Language': language, ...options.headers, ...(person && { 'Larder-User': person }) };
  const answer = await fetch(path, {
    credentials: 'same-origin', cache: 'no-store', signal: AbortSignal.timeout(15000), ...options, headers,
  });
  if (!(await isLarders(answer))) throw new Error('somebody else has answered');
  if (answer.ok || answer.status === 304) return answer;
  const problem = await answer.json();
  if (answer.status >= 500 || answer.status === 429) throw new Error(problem.detail || `status ${answer.status}`);
  throw new Refusal(answer.status, problem);
}

const json = (body) => ({
  method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
});

export const fetchList = async () => (await call('/grocery/api/list', '')).json();
export const operate = async (person, operations) => (await call('/grocery/api/operations', person, json({ operations }))).json();
export const logIn = async (username, password) => (await call('/api/session', '', json({ username, password }))).json();

// follow calls onChange with each new sequence of a person's list, and onState with whether the
// connection is open.
export function follow(person, onChange, onState) {
  const source = new EventSource(`/grocery/api/events?larder_user=${encodeURIComponent(person)}`);
  source.addEventListener('list', (event) => onChange(JSON.parse(event.data).sequence));
  source.addEventListener('open', () => onState(true));
  source.addEventListener('error', () => onState(false, source.readyState === EventSource.CLOSED));
  return source;
}
