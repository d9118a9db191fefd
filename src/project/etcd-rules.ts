import type { Cluster } from './cluster.ts';
import type { ConfigFinding } from './finding.ts';

/** The rules for the keys of a cluster's `etcd` among each other. */
export function etcdFindings({ name, etcd }: Cluster): readonly ConfigFinding[] {
  if (!etcd) return [];
  const path = ['clusters', name, 'etcd'];
  const findings: ConfigFinding[] = [];
  const pairs = [
    ['username', 'passwordFile'],
    ['certFile', 'keyFile'],
  ] as const;
  for (const [one, other] of pairs) {
    if (Boolean(etcd[one]) === Boolean(etcd[other])) continue;
    const [present, absent] = etcd[one] ? [one, other] : [other, one];
    const message = `"${present}" needs "${absent}" as well`;
    const hint = `add "${absent}"`;
    findings.push({ rule: 'incomplete-etcd', path: [...path, present], part: 'key', message, hint });
  }
  const secure = etcd.endpoints.map((url) => url.startsWith('https:'));
  const odd = secure.findIndex((one) => one !== secure[0]);
  if (odd > 0) {
    const message = 'the endpoints must be all http or all https';
    const hint = `write ${secure[0] ? 'https' : 'http'} here as well, or change the others`;
    findings.push({ rule: 'mixed-etcd', path: [...path, 'endpoints', odd], message, hint });
  } else if (!secure[0]) {
    for (const key of ['caFile', 'certFile', 'keyFile'] as const) {
      if (!etcd[key]) continue;
      const message = `"${key}" has no effect with http endpoints`;
      const hint = 'write https in "endpoints", or remove it';
      findings.push({ rule: 'plain-etcd', path: [...path, key], part: 'key', message, hint });
    }
  }
  if (!etcd.caFile && secure.includes(true)) {
    const message = 'etcd over TLS needs "caFile", the certificate of the authority that signed its own';
    findings.push({ rule: 'incomplete-etcd', path, part: 'key', message, hint: 'add "caFile"' });
  }
  return findings;
}
