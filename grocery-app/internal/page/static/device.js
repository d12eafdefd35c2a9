// What one device knows of the list: the server's last answer, and what was done here and isn't in
// that yet. It is pure, so that a test can run three devices with delays and losses.
//
// An operation stays in `pending` until a list arrives that contains it. An acknowledgement isn't
// enough: the current list may be older, and a ticked line would briefly reopen.

export const usualAisles = [
  'produce', 'bakery', 'meat', 'fish', 'dairy', 'frozen', 'pantry', 'baking', 'spices', 'snacks', 'drinks',
  'household', 'other',
];

export function newDevice(saved) {
  return { list: null, pending: [], ...saved };
}

// perform records an action. Its id makes it idempotent.
export function perform(device, operation) {
  return { ...device, pending: [...device.pending, operation] };
}

// unsent returns the operations to send, in order.
export function unsent(device) {
  return device.pending.filter((o) => o.done === undefined).map(({ done, ...operation }) => operation);
}

// acknowledged: the server has applied these; a list with this sequence contains them.
export function acknowledged(device, operations, sequence) {
  const ids = new Set(operations.map((o) => o.id));
  const pending = device.pending.map((o) => (ids.has(o.id) ? { ...o, done: sequence } : o));
  return settle({ ...device, pending });
}

// refused: the server will never apply this one.
export function refused(device, id) {
  return { ...device, pending: device.pending.filter((o) => o.id !== id) };
}

// received stores a list unless it already has a newer one: answers can overtake each other.
export function received(device, list) {
  if (device.list && device.list.user.id === list.user.id && device.list.sequence >= list.sequence) return device;
  return settle({ ...device, list });
}

function settle(device) {
  const at = device.list ? device.list.sequence : -1;
  return { ...device, pending: device.pending.filter((o) => o.done === undefined || o.done > at) };
}

// view returns the lines to show: the server's, with what was done here since.
export function view(device) {
  const list = device.list || { lines: [], aisles: usualAisles };
  if (!device.pending.length) return { aisles: list.aisles, lines: list.lines };
  let parts = list.lines.flatMap((line) => line.parts.map((part) => ({ ...part, line, removed: '' })));
  let aisles = list.aisles;
  const moved = new Map();
  for (const operation of device.pending) {
    if (operation.kind === 'add') parts.push(written(operation));
    else if (operation.kind === 'arrange') aisles = [...new Set([...operation.aisles, ...aisles])];
    else if (operation.kind === 'shelve') moved.set(operation.food, { ...moved.get(operation.food), aisle: operation.aisle });
    else if (operation.kind === 'place') moved.set(operation.food, { ...moved.get(operation.food), position: operation.position });
    else parts = parts.map((part) => after(operation, part));
  }
  for (const { aisle } of moved.values()) if (aisle && !aisles.includes(aisle)) aisles = [...aisles, aisle];
  const lines = regroup(parts.filter((part) => !part.removed)).map((line) => ({ ...line, ...moved.get(line.food) }));
  return { aisles, lines: sorted(lines, aisles) };
}

// after applies the server's rule (list.Operation.On), as far as it can be applied here.
export function after(operation, part) {
  const about = operation.kind === 'withdraw'
    ? part.request === operation.request
    : (operation.parts || []).includes(part.id);
  if (!about) return part;
  switch (operation.kind) {
    case 'edit': return { ...part, text: operation.text, edited: true };
    case 'tick': return part.ticked ? part : { ...part, ticked: operation.id };
    case 'untick': return operation.of.includes(part.ticked) ? { ...part, ticked: '' } : part;
    case 'remove':
    case 'withdraw': return part.removed ? part : { ...part, removed: operation.id };
    case 'clear': return part.removed || !part.ticked ? part : { ...part, removed: operation.id };
    case 'restore': return operation.of.includes(part.removed) ? { ...part, removed: '' } : part;
    default: return part;
  }
}

function written(operation) {
  const line = { food: '', aisle: 'other', position: Number.MAX_SAFE_INTEGER };
  return { id: operation.parts[0], text: operation.text, ticked: '', removed: '', edited: true, line };
}

// regroup keeps a line together while all its parts are alike. Otherwise each part is shown by
// itself, as written, until the server has added them up again.
function regroup(parts) {
  const groups = new Map();
  for (const part of parts) groups.set(part.line, [...(groups.get(part.line) || []), part]);
  const lines = [];
  for (const [line, group] of groups) {
    const whole = line.parts && group.length === line.parts.length && group.every((p) => !p.edited && !p.ticked === !group[0].ticked);
    if (whole) lines.push({ ...line, ticked: group[0].ticked !== '', parts: group.map(bare) });
    else for (const part of group) {
      const { text } = part;
      lines.push({ ...line, name: text, amount: '', ticked: part.ticked !== '', parts: [bare(part)] });
    }
  }
  return lines;
}

function bare({ line, removed, edited, ...part }) {
  return part;
}

function sorted(lines, aisles) {
  const place = (line) => aisles.indexOf(line.aisle);
  return [...lines].sort((a, b) => a.ticked - b.ticked || place(a) - place(b) || a.position - b.position ||
    (a.parts[0].id < b.parts[0].id ? -1 : 1));
}

// between returns a position before the line at `to`, among the lines of one aisle.
export function between(lines, to) {
  const before = lines[to - 1], behind = lines[to];
  if (before && behind) return (before.position + behind.position) / 2;
  if (behind) return behind.position - 1;
  return before ? before.position + 1 : 0;
}

// inverse returns the operation that undoes one, given the lines before it; null if it can't be
// undone.
export function inverse(operation, before, id) {
  const parts = operation.parts;
  switch (operation.kind) {
    case 'add': return { id, kind: 'remove', parts };
    case 'tick': return { id, kind: 'untick', parts, of: [operation.id] };
    case 'untick': return { id, kind: 'tick', parts };
    case 'remove':
    case 'clear': return { id, kind: 'restore', parts, of: [operation.id] };
    case 'withdraw': {
      const asked = before.lines.flatMap((l) => l.parts).filter((p) => p.request === operation.request);
      return { id, kind: 'restore', parts: asked.map((p) => p.id), of: [operation.id] };
    }
    case 'edit': {
      const part = before.lines.flatMap((l) => l.parts).find((p) => p.id === parts[0]);
      return part ? { id, kind: 'edit', parts, text: part.text } : null;
    }
    case 'shelve':
    case 'place': {
      const line = before.lines.find((l) => l.food === operation.food);
      if (!line) return null;
      return operation.kind === 'shelve'
        ? { id, kind: 'shelve', food: operation.food, aisle: line.aisle }
        : { id, kind: 'place', food: operation.food, position: line.position };
    }
    default: return null;
  }
}
