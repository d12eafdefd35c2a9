// The page: shows device.js's view, and sends what was done here as soon as possible.

import * as device from './device.js';
import { endLeft, forgetLeft, hasLeft, inTurn, isLeftHere } from './left.js';
import { Refusal, fetchList, follow, logIn, operate } from './server.js';
import { aisleName, language, say } from './words.js';

const $ = (id) => document.getElementById(id);
const latest = 'grocery-user'; // the last user here, for an offline start
const keyOf = (user) => `grocery-list-${user}`;

let user = localStorage.getItem(latest) || '';
let state = device.newDevice(read(user));
let shut = ''; // why the list is hidden: 'login', 'access', or ''
let source = null;
let offline = !navigator.onLine;
let syncing = null;
let again = false;

function read(id) {
  try {
    return id ? JSON.parse(localStorage.getItem(keyOf(id))) : null;
  } catch {
    return null; // unreadable data is fetched again
  }
}

function change(next) {
  state = next;
  if (user) localStorage.setItem(keyOf(user), JSON.stringify(state));
  render();
}

// become switches this page to another person, '' for nobody. It keeps the previous person's unsent
// operations for them.
function become(id) {
  if (user) keepUnsent(user);
  user = id;
  if (user) localStorage.setItem(latest, user);
  else localStorage.removeItem(latest);
  state = device.newDevice(read(user));
  source?.close();
  $('sheet').close();
  $('toast').hidden = true;
  $('text').value = '';
}

function keepUnsent(id) {
  const unsent = device.unsent(device.newDevice(read(id)));
  if (unsent.length) localStorage.setItem(keyOf(id), JSON.stringify(device.newDevice({ pending: unsent })));
  else localStorage.removeItem(keyOf(id));
}

// leave handles a logout in this browser. It also removes what remains if the browser ended before
// writing everything.
function leave() {
  for (const name of Object.keys(localStorage)) if (name.startsWith(keyOf(''))) keepUnsent(name.slice(keyOf('').length));
  user = '';
  become('');
  shut = 'login';
  render();
  sync();
}

// ---- operations

const newID = () => crypto.randomUUID?.() ?? uuidOf(crypto.getRandomValues(new Uint8Array(16)));

// uuidOf is for a page served over plain HTTP from another machine, where randomUUID is missing.
function uuidOf(bytes) {
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function act(operation, told) {
  const before = device.view(state);
  const whole = { id: newID(), ...operation };
  change(device.perform(state, whole));
  sync();
  const undo = device.inverse(whole, before, newID());
  if (told) toast(told, undo && (() => { change(device.perform(state, undo)); sync(); toast(say.undone); }));
}

const ids = (lines) => lines.flatMap((line) => line.parts.map((part) => part.id));

// Two quick taps at one place count as one: after the first, the next line has moved under the
// finger.
let lastTap = { at: -1e9, x: 0, y: 0 };
function isDoubleTap(event) {
  const tap = { at: event.timeStamp, x: event.clientX, y: event.clientY };
  const double = tap.at - lastTap.at < 400 && Math.hypot(tap.x - lastTap.x, tap.y - lastTap.y) < 30;
  lastTap = tap;
  return double;
}

function toggle(line) {
  const parts = ids([line]);
  if (line.ticked) {
    act({ kind: 'untick', parts, of: [...new Set(line.parts.map((part) => part.ticked))] });
  } else {
    act({ kind: 'tick', parts }, say.ticked(line.name));
  }
}

// ---- syncing with the server

// sync sends what was done here and fetches the list until both are done. Only one runs at a time;
// whatever arrives meanwhile makes it run again.
function sync() {
  again = true;
  syncing ??= run().finally(() => { syncing = null; });
}

async function run() {
  let wait = 1000;
  while (again) {
    again = false;
    try {
      await exchange();
      setOffline(false);
      wait = 1000;
    } catch (error) {
      if (error instanceof Refusal) return refuse(error);
      setOffline(true);
      again = true;
      await new Promise((resolve) => { setTimeout(resolve, wait); addEventListener('online', resolve, { once: true }); });
      wait = Math.min(wait * 2, 15000);
    }
  }
}

async function exchange() {
  if (!(await inTurn(endLeft))) throw new Error('the session before was not ended');
  await takeList(); // before sending anything: it names the session's user
  for (let batch; (batch = device.unsent(state).slice(0, 100)).length;) {
    const person = user;
    try {
      const { sequence } = await operate(person, batch);
      if (person !== user) return;
      change(device.acknowledged(state, batch, sequence));
    } catch (error) {
      if (error instanceof Refusal && error.isOfOther) throw new Error(error.message); // the next round finds out who it is
      if (!(error instanceof Refusal) || ![400, 413, 422].includes(error.status)) throw error;
      const at = Number(/^operations\[(\d+)\]/.exec(error.problem.errors?.[0]?.field)?.[1] ?? 0);
      change(device.refused(state, batch[at].id));
      toast(say.refused);
      continue;
    }
    await takeList();
  }
}

async function takeList() {
  const list = await fetchList();
  if (list.user.id !== user) become(list.user.id); // someone else has logged in
  await forgetLeft();
  shut = '';
  change(device.received(state, list));
  listen();
}

function listen() {
  if (source && source.readyState !== EventSource.CLOSED) return;
  source = follow(user, (sequence) => {
    if (!state.list || sequence > state.list.sequence) sync();
  }, (open, ended) => {
    if (open) setOffline(false);
    if (ended) setTimeout(sync, 1000); // finds out why: the session may have ended
  });
}

function refuse(error) {
  shut = error.status === 403 ? 'access' : 'login';
  source?.close();
  render();
}

function setOffline(now) {
  if (now !== offline) {
    offline = now;
    render();
  }
}

addEventListener('online', sync);
document.addEventListener('visibilitychange', () => { if (!document.hidden && !shut) sync(); });
addEventListener('storage', (event) => { // another tab of this browser changed something
  if (event.key === 'larder.left' && event.newValue) return leave();
  if (event.key === 'larder.user' || event.key === latest) return sync();
  if (event.key !== keyOf(user) || !event.newValue) return;
  const other = JSON.parse(event.newValue);
  const known = new Set(state.pending.map((o) => o.id));
  const more = other.pending.filter((o) => o.done === undefined && !known.has(o.id));
  state = { ...state, pending: [...state.pending, ...more] };
  if (other.list) state = device.received(state, other.list);
  render();
});

// ---- drawing

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else if (value !== false && value != null) made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children);
  return made;
}

function icon(path) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const shape = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  shape.setAttribute('d', path);
  svg.append(shape);
  return svg;
}

function render() {
  const { lines, aisles } = device.view(state);
  const open = lines.filter((line) => !line.ticked);
  const ticked = lines.filter((line) => line.ticked);
  const shown = !shut && state.list;
  $('left').textContent = shown && open.length ? say.left(open.length) : '';
  $('offline').hidden = !offline || Boolean(shut);
  $('offline').textContent = shown ? say.offline : say.trying;
  $('add').hidden = !shown;
  const focused = document.activeElement?.dataset?.key;
  $('list').replaceChildren(...(shown ? sections(open, ticked, aisles) : []));
  if (focused) ($('list').querySelector(`[data-key="${CSS.escape(focused)}"]`) ?? $('text')).focus({ preventScroll: true });
  welcome(shown && !lines.length);
}

function sections(open, ticked, aisles) {
  const all = [...new Set([...aisles, ...open.map((line) => line.aisle)])];
  const shown = all.filter((aisle) => open.some((line) => line.aisle === aisle)).map((aisle) => section(
    aisleName(aisle), open.filter((line) => line.aisle === aisle)));
  if (ticked.length) {
    const clear = element('button', { type: 'button', class: 'quiet', onclick: () => act({ kind: 'clear', parts: ids(ticked) }, say.cleared(ticked.length)) }, say.clear);
    shown.push(section(say.done, ticked, clear));
  }
  return shown;
}

function section(name, lines, ...beside) {
  return element('section', { class: 'aisle', 'aria-label': name },
    element('div', {}, element('h2', {}, name), ...beside),
    element('ul', {}, ...lines.map(item)));
}

function item(line) {
  const recipes = [...new Set(line.parts.filter((part) => part.recipe).map((part) => part.recipe.name))].join(', ');
  const key = line.parts[0].id;
  return element('li', {},
    element('button', {
      type: 'button', class: 'line', role: 'checkbox', 'aria-checked': String(line.ticked), 'data-key': key,
      onclick: (event) => { if (!isDoubleTap(event)) toggle(line); },
    },
    element('span', { class: 'box' }, icon('M5 12l5 5 9-10')),
    element('span', { class: 'what' },
      // Isolated, so that an Arabic name or number doesn't reorder the other.
      element('bdi', {}, ...(line.amount ? [element('b', {}, element('bdi', {}, line.amount)), ' '] : []), line.name),
      ...(recipes ? [element('small', {}, recipes)] : []))),
    element('button', { type: 'button', class: 'more', 'aria-label': say.details(line.name), 'data-key': `more ${key}`, onclick: () => sheet(line) },
      icon('M5 12h.01M12 12h.01M19 12h.01')));
}

// ---- a line's details

function sheet(line) {
  const dialog = $('sheet');
  const close = () => dialog.close();
  const done = (operation, told) => { close(); act(operation, told); };
  const recipes = new Map(line.parts.filter((part) => part.recipe).map((part) => [part.request, part.recipe.name]));
  dialog.replaceChildren(element('div', {},
    element('h2', { id: 'sheet-name' }, `${line.amount} ${line.name}`.trim()),
    ...line.parts.map((part) => partForm(part, done)),
    ...(line.food ? [aislePicker(line, done), moves(line, done)] : []),
    ...[...recipes].map(([request, name]) => element('button', { type: 'button', class: 'plain', onclick: () => done({ kind: 'withdraw', request }, say.removed(name)) }, say.withdraw(name))),
    element('div', { class: 'row end' },
      element('button', { type: 'button', class: 'quiet', onclick: () => done({ kind: 'remove', parts: ids([line]) }, say.removed(line.name)) }, say.remove),
      element('button', { type: 'button', class: 'primary', onclick: close }, say.close))));
  dialog.onclick = (event) => { if (event.target === dialog) close(); };
  dialog.showModal();
}

function partForm(part, done) {
  const from = part.recipe ? part.recipe.name : say.byHand;
  const input = element('input', { value: part.text, maxlength: 500, 'aria-label': from, enterkeyhint: 'done' });
  return element('form', {
    class: 'part',
    onsubmit: (event) => {
      event.preventDefault();
      const text = input.value.trim();
      if (text && text !== part.text) done({ kind: 'edit', parts: [part.id], text });
      else $('sheet').close();
    },
  }, element('small', {}, from), input,
  element('button', { type: 'submit', class: 'plain' }, say.save),
  element('button', { type: 'button', class: 'plain', 'aria-label': `${say.remove}: ${part.text}`, onclick: () => done({ kind: 'remove', parts: [part.id] }, say.removed(part.text)) }, icon('M6 6l12 12M18 6L6 18')));
}

function aislePicker(line, done) {
  const aisles = [...new Set([...device.view(state).aisles, line.aisle])];
  const select = element('select', {
    'aria-label': say.aisle,
    onchange: () => {
      if (select.value) done({ kind: 'shelve', food: line.food, aisle: select.value });
      else own.hidden = false;
    },
  }, ...aisles.map((aisle) => element('option', { value: aisle, selected: aisle === line.aisle }, aisleName(aisle))),
  element('option', { value: '' }, say.newAisle));
  const name = element('input', { maxlength: 60, 'aria-label': say.newAisleName, placeholder: say.newAisleName });
  const own = element('form', {
    hidden: true, class: 'row',
    onsubmit: (event) => {
      event.preventDefault();
      if (name.value.trim()) done({ kind: 'shelve', food: line.food, aisle: name.value.trim() });
    },
  }, name, element('button', { type: 'submit', class: 'plain' }, say.save));
  return element('div', {}, element('label', {}, say.aisle, select), own);
}

function moves(line, done) {
  const { lines, aisles } = device.view(state);
  const beside = lines.filter((l) => !l.ticked && l.aisle === line.aisle);
  const at = beside.findIndex((l) => l.food === line.food);
  const others = beside.filter((l) => l.food !== line.food);
  const used = aisles.filter((aisle) => lines.some((l) => !l.ticked && l.aisle === aisle));
  const aisleAt = used.indexOf(line.aisle);
  const button = (text, possible, run) => element('button', { type: 'button', class: 'plain', disabled: !possible, onclick: run }, text);
  const place = (to) => done({ kind: 'place', food: line.food, position: device.between(others, to) });
  const arrange = (to) => {
    const order = used.filter((aisle) => aisle !== line.aisle);
    order.splice(to, 0, line.aisle);
    done({ kind: 'arrange', aisles: order });
  };
  if (line.ticked) return '';
  return element('div', { class: 'row' },
    button(`↑ ${say.up}`, at > 0, () => place(at - 1)),
    button(`↓ ${say.down}`, at >= 0 && at < others.length, () => place(at + 1)),
    button(`⇞ ${say.earlier}`, aisleAt > 0, () => arrange(aisleAt - 1)),
    button(`⇟ ${say.later}`, aisleAt >= 0 && aisleAt < used.length - 1, () => arrange(aisleAt + 1)));
}

// ---- around the list

function welcome(empty) {
  const place = $('welcome');
  const what = shut || (empty ? 'empty' : '');
  place.hidden = !what;
  if (place.dataset.what === what) return; // keep what is being typed
  place.dataset.what = what;
  const text = (title, ...rest) => place.replaceChildren(element('h2', {}, title), ...rest);
  if (what === 'empty') text(say.empty, element('p', {}, say.emptyHint));
  else if (what === 'access') text(say.noAccess, element('p', {}, say.askAccess));
  else if (what === 'login') text(say.login, loginForm());
  else place.replaceChildren();
}

function saidOf(error) {
  if (!(error instanceof Refusal)) return say.trying;
  if ([404, 405].includes(error.status)) return say.elsewhere; // this server is only the grocery app
  return error.status === 401 ? say.wrong : error.message;
}

function loginForm() {
  const name = element('input', { name: 'username', autocomplete: 'username', autocapitalize: 'none', required: true });
  const password = element('input', { name: 'password', type: 'password', autocomplete: 'current-password', required: true });
  const alert = element('p', { role: 'alert' });
  const begin = async () => {
    // End the previous session first: ending it later would end the new one.
    if (!(await endLeft())) throw new Error('the session before was not ended');
    await logIn(name.value, password.value);
    await forgetLeft();
  };
  return element('form', {
    onsubmit: async (event) => {
      event.preventDefault();
      try {
        await inTurn(begin);
        sync();
      } catch (error) {
        alert.textContent = saidOf(error);
      }
    },
  }, element('label', {}, say.name, name), element('label', {}, say.password, password), alert,
  element('button', { type: 'submit', class: 'primary' }, say.login));
}

let toastTimer;
function toast(text, undo) {
  const [span, button] = $('toast').children;
  span.textContent = text;
  button.textContent = undo ? say.undo : say.close;
  button.onclick = () => { $('toast').hidden = true; undo?.(); };
  $('toast').hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { $('toast').hidden = true; }, 6000);
}

$('add').addEventListener('submit', (event) => {
  event.preventDefault();
  const text = $('text').value.trim();
  if (!text) return;
  $('text').value = '';
  act({ kind: 'add', parts: [newID()], text });
});

// Back to the previous place among the recipes: with the browser's history if possible, which also
// keeps the scroll position.
const recipes = document.querySelector('[data-word=recipes]');
const leftAt = sessionStorage.getItem('larder.place') ?? '';
if (/^\/(?!\/)/.test(leftAt)) recipes.href = leftAt;
recipes.addEventListener('click', (event) => {
  const before = document.referrer && new URL(document.referrer);
  if (!before || before.origin !== location.origin || before.pathname.startsWith('/grocery/')) return;
  if (history.length < 2 || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  history.back();
});

document.documentElement.lang = language;
document.title = say.title;
$('title').textContent = say.title;
$('text').placeholder = say.addHint;
$('text').setAttribute('aria-label', say.add);
$('put').setAttribute('aria-label', say.add);
$('places').setAttribute('aria-label', say.places);
for (const place of $('places').children) place.querySelector('span').textContent = say[place.dataset.word];
navigator.serviceWorker?.register('sw.js').catch(() => {}); // without it, the page only opens online
if (isLeftHere() || await hasLeft()) leave();
else {
  render();
  sync();
}
