import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An authority, and one pair of it that is a server's and a client's. All are paths of PEM files. */
export interface Certificates {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  /** A file with root's password, `secret`, as an editor of Windows would leave it. */
  readonly password: string;
  remove(): void;
}

/** Makes certificates with openssl, good for a day, and for a server of these names. */
export function makeCertificates(names = 'IP:127.0.0.1,IP:fd00::1'): Certificates {
  const dir = mkdtempSync(join(tmpdir(), 'coreship-certificates-'));
  const openssl = (...words: readonly string[]) =>
    execFileSync('/usr/bin/openssl', words, { cwd: dir, stdio: 'pipe' });
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...curve,
    '-days',
    '1',
    '-subj',
    '/CN=authority',
    '-keyout',
    'ca.key',
    '-out',
    'ca',
  );
  openssl('req', ...curve, '-subj', '/CN=etcd', '-keyout', 'key', '-out', 'request');
  writeFileSync(join(dir, 'extensions'), `subjectAltName=${names}\nextendedKeyUsage=serverAuth,clientAuth\n`);
  const signed = ['-CA', 'ca', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'extensions'];
  openssl('x509', '-req', '-in', 'request', '-days', '1', ...signed, '-out', 'cert');
  writeFileSync(join(dir, 'password'), 'secret\r\n');
  return {
    ca: join(dir, 'ca'),
    cert: join(dir, 'cert'),
    key: join(dir, 'key'),
    password: join(dir, 'password'),
    remove: () => rmSync(dir, { recursive: true }),
  };
}
