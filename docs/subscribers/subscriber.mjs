// A minimal program that follows the grocery lists: it prints the items of each request once,
// including requests sent while it was down. Run it with its own address:
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

// The stream stores our position under this name.
const name = 'my-subscriber-js';
const manager = await connection.jetstreamManager({ checkAPI: false });
await manager.consumers.add('GROCERY', { durable_name: name, ack_policy: AckPolicy.Explicit });
const consumer = await connection.jetstream({ checkAPI: false }).consumers.get('GROCERY', name);

const seen = new Set(); // store it with the items, in the same transaction
for await (const message of await consumer.consume()) {
  // Skip unknown types. On grocery.user-erased, remove that user's data.
  if (message.headers?.get('ce-type') === 'grocery.items-added') {
    const { request_id: id, recipe, items } = message.json(); // defined in events/schema/grocery.v1.json
    if (!seen.has(id)) {
      seen.add(id);
      for (const item of items) console.log(`${recipe.name}: ${item.text}`);
    }
  }
  message.ack(); // after the work: unacknowledged messages come again
}
