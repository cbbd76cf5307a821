// Custom certificates and the origin CA by the npm package cloudflare. A job comes as JSON on standard input; what
// happened goes to standard output.
const Cloudflare = require('cloudflare');

async function all(pages) {
  const ids = [];
  for await (const each of pages) ids.push(each.id);
  return ids;
}

async function failure(call) {
  try {
    await call;
  } catch (error) {
    return { class: error.constructor.name, status: error.status, code: error.errors[0].code };
  }
  return null;
}

async function main() {
  const job = JSON.parse(require('fs').readFileSync(0, 'utf8'));
  const client = new (Cloudflare.default || Cloudflare)({ apiToken: job.token, baseURL: job.base });
  const zone_id = job.zone;
  const custom = client.customCertificates;
  const told = {};
  told.created = await custom.create({
    zone_id, certificate: job.certificate, private_key: job.private_key, bundle_method: 'ubiquitous', type: 'sni_custom',
  });
  told.listed = await all(custom.list({ zone_id, match: 'all', status: 'active' }));
  told.got = await custom.get(told.created.id, { zone_id });
  told.edited = await custom.edit(told.created.id, { zone_id, bundle_method: 'force' });
  told.prioritized = await all(custom.prioritize.update({ zone_id, certificates: [{ id: told.created.id, priority: 2 }] }));
  told.deleted = await custom.delete(told.created.id, { zone_id });
  told.missing = await failure(custom.get(told.created.id, { zone_id }));
  told.bad = await failure(custom.create({ zone_id, certificate: 'nonsense', private_key: job.private_key }));

  const origin = client.originCACertificates;
  const created = await origin.create({
    csr: job.csr, hostnames: [job.host], request_type: 'origin-ecc', requested_validity: 90,
  });
  told.origin = {
    created,
    listed: await all(origin.list({ zone_id })),
    got: await origin.get(created.id),
    revoked: await origin.delete(created.id),
    bad: await failure(origin.create({ csr: 'nonsense', hostnames: [job.host], request_type: 'origin-ecc' })),
  };
  process.stdout.write(JSON.stringify(told));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
