// The least that it takes to hear what goes on the grocery lists: it prints each item, each request once,
// also those sent while it was away. Run it with an address of its own:
//
//   larder subscriber add my-subscriber-js
//   cd docs/subscribers && npm ci
//   node subscriber.mjs "$(cat ~/.local/share/larder/nats/subscribers/my-subscriber-js.url)"

import { AckPolicy, connect } from 'nats';

const address = new URL(process.argv[2]);
const connection = await connect({
  servers: address.host,
  user: decodeURIComponent(address.username),
  pass: decodeURIComponent(address.password),
  maxReconnectAttempts: -1,
});

// The stream remembers under this name how far we are.
const name = 'my-subscriber-js';
const manager = await connection.jetstreamManager({ checkAPI: false });
await manager.consumers.add('GROCERY', { durable_name: name, ack_policy: AckPolicy.Explicit });
const consumer = await connection.jetstream({ checkAPI: false }).consumers.get('GROCERY', name);

const seen = new Set(); // keep it where you keep the items, in one transaction with them
for await (const message of await consumer.consume()) {
  // Skip a type that you don't know. grocery.user-erased: remove what you keep of that user.
  if (message.headers?.get('ce-type') === 'grocery.items-added') {
    const { request_id: id, recipe, items } = message.json(); // events/schema/grocery.v1.json says what is in it
    if (!seen.has(id)) {
      seen.add(id);
      for (const item of items) console.log(`${recipe.name}: ${item.text}`);
    }
  }
  message.ack(); // after the work: what isn't acknowledged comes again
}
