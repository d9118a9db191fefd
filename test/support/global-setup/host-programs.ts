import { rm, writeFile } from 'node:fs/promises';
import { exists } from '../../../src/exists.ts';
import { ensureHostPackages, labSupport } from '../../../src/lab/support.ts';

/** Real programs that the tests without a lab start themselves, by Debian package. */
const programs = {
  systemd: 'systemd-analyze',
  'openssh-server': 'sshd',
  'etcd-server': 'etcd',
  'etcd-client': 'etcdctl',
  'nginx-light': 'nginx',
  busybox: 'busybox',
  curl: 'curl',
  shellcheck: 'shellcheck',
};

/** invoke-rc.d(8) asks this file whether a package may start its service: these must not. */
const policy = '/usr/sbin/policy-rc.d';

/** Installs what is missing where a lab could run too; elsewhere the tests skip themselves, each saying what it lacks. */
export async function setup(): Promise<void> {
  if ((await labSupport()) !== undefined) return;
  const policyThere = await exists(policy);
  if (!policyThere) await writeFile(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await ensureHostPackages(({ text }) => process.stderr.write(`${text}\n`), programs);
  } finally {
    if (!policyThere) await rm(policy);
  }
}
