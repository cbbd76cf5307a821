// Drives the API with the `cloudflare` package, as its users do; prints what came of it as JSON for test_api_sdk.py.
//   node walk.mjs <base URL> <token>
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

// The class and status of the error that a call ends with.
async function error(call) {
  try {
    await call();
  } catch (failure) {
    return { class: failure.constructor.name, status: failure.status, codes: (failure.errors ?? []).map((each) => each.code) };
  }
  return null;
}

const [account] = await all(client.accounts.list());
told.account = account;
told.renamed = await client.accounts.update({ account_id: account.id, id: account.id, name: "Walkers", type: "standard" });
told.accountGot = await client.accounts.get({ account_id: account.id });
told.members = await all(client.accounts.members.list({ account_id: account.id }));
told.roles = await all(client.accounts.roles.list({ account_id: account.id }));
told.user = await client.user.get();
told.memberships = await all(client.memberships.list());

const made = [];
for (let i = 0; i < 23; ++i)
  made.push(await client.zones.create({ account: { id: account.id }, name: `walk${i}.example`, type: "full" }));
told.zone = made[0];
told.listed = (await all(client.zones.list())).map((zone) => zone.name);
told.byName = (await all(client.zones.list({ name: "walk7.example" }))).map((zone) => zone.id);
told.got = await client.zones.get({ zone_id: made[0].id });
told.edited = await client.zones.edit({ zone_id: made[0].id, paused: true });

const zone_id = made[0].id;
told.setting = await client.zones.settings.get("min_tls_version", { zone_id });
told.settingEdited = await client.zones.settings.edit("min_tls_version", { zone_id, value: "1.3" });
told.settings = (await client.get(`/zones/${zone_id}/settings`)).result.length;
told.bulk = (await client.patch(`/zones/${zone_id}/settings`, {
  body: { items: [{ id: "always_use_https", value: "on" }, { id: "brotli", value: "off" }] },
})).result;

const groups = await all(client.user.tokens.permissionGroups.list());
const dns = groups.find((group) => group.name === "DNS Write");
const policies = [{ effect: "allow", permission_groups: [{ id: dns.id }], resources: { [`com.cloudflare.api.account.zone.${zone_id}`]: "*" } }];
told.verified = await client.user.tokens.verify();
const token = await client.user.tokens.create({ name: "dns", policies, not_before: "2020-01-01T00:00:00Z", expires_on: "2099-01-01T00:00:00Z" });
told.tokenHasValue = token.value.startsWith("brk_");
told.tokens = (await all(client.user.tokens.list())).map((each) => each.name);
told.tokenGot = await client.user.tokens.get(token.id);
const rolled = await client.user.tokens.value.update(token.id, { body: {} });
told.rolled = typeof rolled === "string" && rolled !== token.value;
const limited = new Cloudflare({ baseURL, apiToken: rolled, maxRetries: 0 });
told.limitedVerify = await limited.user.tokens.verify();
told.limitedZone = await error(() => limited.zones.get({ zone_id }));
told.limitedOther = await error(() => limited.zones.get({ zone_id: made[1].id }));
told.tokenUpdated = await client.user.tokens.update(token.id, { name: "dns2", policies, status: "disabled" });
told.disabled = await error(() => limited.zones.list());
told.tokenDeleted = await client.user.tokens.delete(token.id);

const robot = await client.accounts.tokens.create({ account_id: account.id, name: "robot", policies });
told.robot = await new Cloudflare({ baseURL, apiToken: robot.value }).accounts.tokens.verify({ account_id: account.id });
told.robotRolled = typeof (await client.accounts.tokens.value.update(robot.id, { account_id: account.id, body: {} }));
told.accountGroups = (await all(client.accounts.tokens.permissionGroups.list({ account_id: account.id }))).length;

told.ips = await client.ips.list();
told.audit = (await all(client.auditLogs.list({ account_id: account.id, per_page: 10 }))).length;
told.auditV2 = (await all(client.accounts.logs.audit.list({ account_id: account.id, since: "2020-01-01", before: "2099-01-01", limit: 10 }))).length;

told.errors = {
  duplicate: await error(() => client.zones.create({ account: { id: account.id }, name: "walk0.example", type: "full" })),
  missing: await error(() => client.zones.get({ zone_id: "0".repeat(32) })),
  unknownToken: await error(() => new Cloudflare({ baseURL, apiToken: "brk_" + "x".repeat(40), maxRetries: 0 }).user.tokens.verify()),
  badToken: await error(() => new Cloudflare({ baseURL, apiToken: "brk_" + "x".repeat(40), maxRetries: 0 }).zones.list()),
  setting: await error(() => client.get(`/zones/${zone_id}/settings/nosuch`)),
  method: await error(() => client.delete("/zones")),
};
for (const zone of made) told.deleted = await client.zones.delete({ zone_id: zone.id });
console.log(JSON.stringify(told));
