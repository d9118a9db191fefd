import type { Cluster } from './cluster.ts';
import type { Finding } from './finding.ts';

/** What the parts of a cluster's `etcd` demand of each other. */
export function etcdFindings({ name, etcd }: Cluster): readonly Finding[] {
  if (!etcd) return [];
  const path = ['clusters', name, 'etcd'];
  const findings: Finding[] = [];
  const pairs = [
    ['username', 'passwordFile'],
    ['certFile', 'keyFile'],
  ] as const;
  for (const [one, other] of pairs) {
    if (Boolean(etcd[one]) === Boolean(etcd[other])) continue;
    const [given, lacking] = etcd[one] ? [one, other] : [other, one];
    const message = `"${given}" is of no use without "${lacking}"`;
    const hint = `add "${lacking}"`;
    findings.push({ rule: 'incomplete-etcd', path: [...path, given], part: 'key', message, hint });
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
      const message = `"${key}" is of no use with http endpoints`;
      const hint = 'write https in "endpoints", or drop it';
      findings.push({ rule: 'plain-etcd', path: [...path, key], part: 'key', message, hint });
    }
  }
  if (!etcd.caFile && secure.includes(true)) {
    const message = 'etcd over TLS needs "caFile", the certificate of whoever signed its own';
    findings.push({ rule: 'incomplete-etcd', path, part: 'key', message, hint: 'add "caFile"' });
  }
  return findings;
}
