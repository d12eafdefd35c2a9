// Runs random shopping on three devices against a server, with the page's own device.js. It reads
// one case per line, {url, tokens, seed, steps}, and writes one answer per line: {error} or
// {views}.

import { createInterface } from 'node:readline';
import * as device from '../internal/page/static/device.js';

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await shop(JSON.parse(line)).catch((error) => ({ error: error.stack }));
  console.log(JSON.stringify(answer));
}

async function shop({ url, tokens, seed, steps }) {
  const random = generator(seed);
  const below = (n) => Math.floor(random() * n);
  const phones = tokens.map((token) => ({ token, state: device.newDevice(), ticked: new Set(), under: [], done: [] }));
  const unticked = new Set(); // parts that were unticked
  let made = 0;
  const id = () => `00000000-0000-4000-8000-${(++made).toString(16).padStart(12, '0')}`;

  const call = async (phone, path, options) => {
    const answer = await fetch(url + path, { ...options, headers: { Authorization: `Bearer ${phone.token}`, 'Content-Type': 'application/json' } });
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const fetchList = (phone) => call(phone, '/grocery/api/list', {});
  const send = (phone, operations) => call(phone, '/grocery/api/operations', { method: 'POST', body: JSON.stringify({ operations }) });

  const take = (phone, state, why) => {
    phone.state = state;
    for (const line of device.view(phone.state).lines) {
      if (line.ticked) continue;
      const back = line.parts.find((part) => phone.ticked.has(part.id) && !unticked.has(part.id));
      if (back) throw new Error(`${why}: ${back.text} was ticked and came back by itself`);
    }
  };
  const act = (phone, operation) => {
    phone.done.push([operation, device.view(phone.state)]);
    if (operation.kind === 'tick') operation.parts.forEach((part) => phone.ticked.add(part));
    if (operation.kind === 'untick') operation.parts.forEach((part) => unticked.add(part));
    take(phone, device.perform(phone.state, operation), operation.kind);
  };

  const step = async (phone) => {
    const { lines } = device.view(phone.state);
    const line = lines[below(lines.length)];
    const parts = line?.parts.map((part) => part.id);
    switch (below(12)) {
      case 0: return act(phone, { id: id(), kind: 'add', parts: [id()], text: ['2 eggs', '200 g flour', '1 lb flour', 'salt'][below(4)] });
      case 1:
      case 2: return line && act(phone, line.ticked
        ? { id: id(), kind: 'untick', parts, of: line.parts.map((part) => part.ticked) }
        : { id: id(), kind: 'tick', parts });
      case 3: return line && act(phone, { id: id(), kind: 'edit', parts: [parts[0]], text: `${below(9) + 1} eggs` });
      case 4: return line && act(phone, { id: id(), kind: ['remove', 'clear'][below(2)], parts });
      case 5: {
        const [operation, before] = phone.done[below(phone.done.length)] ?? [];
        const undo = operation && device.inverse(operation, before, id());
        return undo && act(phone, undo);
      }
      case 6: return line?.food && act(phone, { id: id(), kind: 'shelve', food: line.food, aisle: ['dairy', 'cellar'][below(2)] });
      case 7: return line?.food && act(phone, { id: id(), kind: 'place', food: line.food, position: below(100) / 8 });
      case 8: { // sends; the request or its answer may be lost, or the answer late
        const batch = device.unsent(phone.state).slice(0, 1 + below(5));
        if (!batch.length || below(4) === 0) return undefined;
        const { sequence } = await send(phone, batch);
        if (below(3) > 0) phone.under.push((state) => device.acknowledged(state, batch, sequence));
        return undefined;
      }
      case 9: { // fetches; the list may be lost, or overtaken
        const list = await fetchList(phone);
        if (below(4) > 0) phone.under.push((state) => device.received(state, list));
        return undefined;
      }
      default: { // something in flight arrives
        const [arrived] = phone.under.splice(below(phone.under.length), 1);
        return arrived && take(phone, arrived(phone.state), 'arrival');
      }
    }
  };

  for (let i = 0; i < steps; i++) await step(phones[below(phones.length)]);
  for (const phone of phones) {
    for (let batch; (batch = device.unsent(phone.state)).length;) {
      const { sequence } = await send(phone, batch.slice(0, 100));
      take(phone, device.acknowledged(phone.state, batch.slice(0, 100), sequence), 'the end');
    }
  }
  for (const phone of phones) take(phone, device.received(phone.state, await fetchList(phone)), 'the end');
  const pending = phones.flatMap((phone) => phone.state.pending);
  if (pending.length) throw new Error(`still pending: ${JSON.stringify(pending)}`);
  return { views: phones.map((phone) => JSON.stringify(device.view(phone.state))), made };
}

// generator is mulberry32: the same seed gives the same shopping.
function generator(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
