// The server, as this page asks it. A Refusal is an answer that trying again won't change.

export class Refusal extends Error {
  constructor(status, problem) {
    super(problem.detail || String(status));
    this.status = status;
    this.problem = problem;
  }
}

async function call(path, options = {}) {
  const answer = await fetch(path, { credentials: 'same-origin', signal: AbortSignal.timeout(15000), ...options });
  if (answer.ok || answer.status === 304) return answer;
  const problem = await answer.json().catch(() => ({}));
  if (answer.status >= 500 || answer.status === 429) throw new Error(problem.detail || `status ${answer.status}`);
  throw new Refusal(answer.status, problem);
}

const json = (body) => ({
  method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
});

export const fetchList = async () => (await call('/grocery/api/list', { cache: 'no-store' })).json();
export const operate = async (operations) => (await call('/grocery/api/operations', json({ operations }))).json();
export const logIn = async (username, password) => (await call('/api/session', json({ username, password }))).json();

// follow calls onChange with each sequence that the list reaches, and onState with whether the way is open.
export function follow(onChange, onState) {
  const source = new EventSource('/grocery/api/events');
  source.addEventListener('list', (event) => onChange(JSON.parse(event.data).sequence));
  source.addEventListener('open', () => onState(true));
  source.addEventListener('error', () => onState(false, source.readyState === EventSource.CLOSED));
  return source;
}
