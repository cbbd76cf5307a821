// Drives rulesets, lists and URL normalization with the `cloudflare` package; prints what came of it as JSON.
//   node rulesets.mjs <base URL> <token>
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.join(process.env.NODE_PATH, "noop.js"));
const Cloudflare = require("cloudflare").default ?? require("cloudflare");
const [baseURL, apiToken] = process.argv.slice(2);
const client = new Cloudflare({ baseURL, apiToken, maxRetries: 0 });
const told = {};

async function all(pages) {
  const seen = [];
  for await (const each of pages) seen.push(each);
  return seen;
}

async function error(call) {
  try {
    await call();
  } catch (failure) {
    return { class: failure.constructor.name, status: failure.status, codes: (failure.errors ?? []).map((each) => each.code) };
  }
  return null;
}

const [account] = await all(client.accounts.list());
const account_id = account.id;
const { id: zone_id } = await client.zones.create({ account: { id: account_id }, name: "sdk-rules.example", type: "full" });
const phase = "http_request_firewall_custom";

told.noEntryPoint = await error(() => client.rulesets.phases.get(phase, { zone_id }));
const log = (ref) => ({ action: "log", expression: "true", ref });
const made = await client.rulesets.create({ zone_id, name: "walk", kind: "zone", phase, rules: [log("a"), log("b")] });
told.made = made;
told.second = await error(() => client.rulesets.create({ zone_id, name: "walk", kind: "zone", phase, rules: [] }));
told.listed = (await all(client.rulesets.list({ zone_id }))).map((each) => each.id);
told.got = await client.rulesets.get(made.id, { zone_id });
const [a, b] = made.rules;
const added = await client.rulesets.rules.create(made.id, { zone_id, ...log("c"), position: { before: b.id } });
told.added = added.rules.map((each) => each.ref);
told.moved = (await client.rulesets.rules.edit(a.id, { zone_id, ruleset_id: made.id, position: { after: "" } }))
  .rules.map((each) => each.ref);
told.edited = (await client.rulesets.rules.edit(b.id, { zone_id, ruleset_id: made.id, action: "block", expression: "ip.src eq 192.0.2.1" }))
  .rules.find((each) => each.ref === "b");
told.deleted = (await client.rulesets.rules.delete(a.id, { zone_id, ruleset_id: made.id })).rules.map((each) => each.ref);
told.updated = (await client.rulesets.update(made.id, { zone_id, rules: [log("z")] })).rules.map((each) => each.ref);
told.versions = (await all(client.rulesets.versions.list(made.id, { zone_id }))).map((each) => each.version);
told.version = (await client.rulesets.versions.get("1", { zone_id, ruleset_id: made.id })).rules.length;
await client.rulesets.versions.delete("2", { zone_id, ruleset_id: made.id });
told.entryPoint = (await client.rulesets.phases.get(phase, { zone_id })).id;
told.entryPointVersions = (await all(client.rulesets.phases.versions.list(phase, { zone_id }))).map((each) => each.version);
told.entryPointVersion = (await client.rulesets.phases.versions.get("1", { zone_id, ruleset_phase: phase })).version;
told.put = (await client.rulesets.phases.update(phase, { zone_id, rules: [log("p")] })).rules.map((each) => each.ref);
told.badExpression = await error(() => client.rulesets.phases.update(phase, { zone_id, rules: [{ action: "block", expression: "nope" }] }));
told.missing = await error(() => client.rulesets.get("f".repeat(32), { zone_id }));
await client.rulesets.delete(made.id, { zone_id });
told.gone = await error(() => client.rulesets.get(made.id, { zone_id }));

const custom = await client.rulesets.create({ account_id, name: "c", kind: "custom", phase, rules: [log("x")] });
const root = await client.rulesets.phases.update(phase, {
  account_id, rules: [{ action: "execute", expression: "true", action_parameters: { id: custom.id } }] });
told.inUse = await error(() => client.rulesets.delete(custom.id, { account_id }));
await client.rulesets.delete(root.id, { account_id });
await client.rulesets.delete(custom.id, { account_id });

const list = await client.rules.lists.create({ account_id, kind: "ip", name: "sdk_office" });
told.list = list.name;
told.lists = (await all(client.rules.lists.list({ account_id }))).length;
const operation = await client.rules.lists.items.create(list.id, { account_id, body: [{ ip: "192.0.2.1" }, { ip: "192.0.2.0/28" }] });
told.operation = (await client.rules.lists.bulkOperations.get(operation.operation_id, { account_id })).status;
const items = await all(client.rules.lists.items.list(list.id, { account_id, per_page: 1 }));
told.items = items.map((each) => each.ip);
told.item = (await client.rules.lists.items.get(items[0].id, { account_id, list_id: list.id })).ip;
await client.rules.lists.items.delete(list.id, { account_id, items: [{ id: items[0].id }] });
await client.rules.lists.items.update(list.id, { account_id, body: [{ ip: "198.51.100.1" }] });
told.replaced = (await all(client.rules.lists.items.list(list.id, { account_id }))).map((each) => each.ip);
told.listUpdated = (await client.rules.lists.update(list.id, { account_id, description: "new" })).description;
told.listGot = (await client.rules.lists.get(list.id, { account_id })).num_items;
told.listDeleted = (await client.rules.lists.delete(list.id, { account_id })).id === list.id;

told.normalization = await client.urlNormalization.get({ zone_id });
told.normalizationSet = await client.urlNormalization.update({ zone_id, scope: "both", type: "cloudflare" });
await client.urlNormalization.delete({ zone_id });
told.normalizationUnset = await client.urlNormalization.get({ zone_id });

await client.zones.delete({ zone_id });
console.log(JSON.stringify(told));
