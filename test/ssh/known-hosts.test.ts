import { describe, expect, it } from 'vitest';
import { judgeHostKey, parseHostKey, parseKnownHosts } from '../../src/ssh/known-hosts.ts';

const ed25519 = {
  type: 'ssh-ed25519',
  key: 'AAAAC3NzaC1lZDI1NTE5AAAAIHv9Lnq+PTSFQ5hQU7XkBuHlPl47t39WPNxs7rjMddS2',
};
const other = {
  type: 'ssh-ed25519',
  key: 'AAAAC3NzaC1lZDI1NTE5AAAAIHTmUfkfGrXp77UEP76rNcYWIBRuUOiB9USZSJnWncwP',
};
const ecdsa = {
  type: 'ecdsa-sha2-nistp256',
  key: 'AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBPM3MqL4WJ1PO7YneExygB8PCVdPSjSRl0W8z9KmLcXXEUtYucn9jsN3HuQcK2DLeTFgp5RoDtmD0LSSKV3IjHE=',
};

/** Made by `ssh-keygen -H` from `web1.example.com` and `[web2.example.com]:2222`. */
const hashedWeb1 = '|1|TbTx9poBQZ1jqt9dnenNq4FY9Ig=|/a/UwWroAKX9u/KERHNONZFtMJk=';
const hashedWeb2 = '|1|oRtXn51MJym6TkvHwvMnv+37q7A=|i5BdgKqyjTXew2r2z4rOl6pDC5Q=';

const line = (hosts: string, key = ed25519, marker = '') =>
  `${marker}${hosts} ${key.type} ${key.key} a comment`;

/** The verdict in short: its kind, and the line it names. */
function judge(text: string, host: string, port: number, shown = ed25519): string {
  const verdict = judgeHostKey(parseKnownHosts(text, 'kh'), host, port, shown);
  return 'entry' in verdict ? `${verdict.kind} ${verdict.entry.file}:${verdict.entry.line}` : verdict.kind;
}

describe('judgeHostKey', () => {
  const rows: readonly (readonly [
    what: string,
    text: string,
    host: string,
    port: number,
    verdict: string,
  ])[] = [
    ['an empty file', '', 'web1', 22, 'unknown'],
    ['the host itself', line('web1'), 'web1', 22, 'known'],
    ['one of several names', line('web1,10.0.0.1'), '10.0.0.1', 22, 'known'],
    ['case does not matter', line('Web1'), 'wEB1', 22, 'known'],
    ['a part of a name', line('web1'), 'web', 22, 'unknown'],
    ['dots are dots', line('web.1'), 'webx1', 22, 'unknown'],
    ['an address with its port', line('[web1]:2222'), 'web1', 2222, 'known'],
    ['another port', line('[web1]:2222'), 'web1', 22, 'unknown'],
    ['the same key without a port serves any port', line('web1'), 'web1', 2222, 'known'],
    ['another key without a port says nothing of a port', line('web1', other), 'web1', 2222, 'unknown'],
    ['an IPv6 address', line('fe80::1'), 'FE80::1', 22, 'known'],
    ['a star', line('*.example.com'), 'web1.example.com', 22, 'known'],
    ['a question mark', line('web?'), 'web1', 22, 'known'],
    ['a question mark is one character', line('web?'), 'web12', 22, 'unknown'],
    [
      'a negation wins wherever it stands',
      line('*.example.com,!web1.example.com'),
      'web1.example.com',
      22,
      'unknown',
    ],
    ['a negation alone names nobody', line('!web2'), 'web1', 22, 'unknown'],
    ['a hashed name', line(hashedWeb1), 'web1.example.com', 22, 'known'],
    ['a hashed name of another host', line(hashedWeb1), 'web2.example.com', 22, 'unknown'],
    ['a hashed name with its port', line(hashedWeb2), 'web2.example.com', 2222, 'known'],
    ['another key', `# a comment\n\n${line('web1', other)}`, 'web1', 22, 'changed kh:3'],
    ['another key under a hash', line(hashedWeb1, other), 'web1.example.com', 22, 'changed kh:1'],
    ['the right one among several', `${line('web1', other)}\n${line('web1')}`, 'web1', 22, 'known'],
    ['only another type', line('web1', ecdsa), 'web1', 22, 'changed kh:1'],
    [
      'the line of the same type is named',
      `${line('web1', ecdsa)}\n${line('web1', other)}`,
      'web1',
      22,
      'changed kh:2',
    ],
    ['a revoked key', `${line('web1')}\n${line('*', ed25519, '@revoked ')}`, 'web1', 22, 'revoked kh:2'],
    ['a revoked key without a port', line('web1', ed25519, '@revoked '), 'web1', 2222, 'revoked kh:1'],
    ['another key is revoked', `${line('web1')}\n${line('*', other, '@revoked ')}`, 'web1', 22, 'known'],
    ['an authority is no key', line('web1', ed25519, '@cert-authority '), 'web1', 22, 'unknown'],
    ['an unknown marker is no key', line('web1', ed25519, '@new '), 'web1', 22, 'unknown'],
    ['a line without a key', 'web1 ssh-ed25519', 'web1', 22, 'unknown'],
    ['a key of SSH version 1', 'web1 1024 65537 123', 'web1', 22, 'unknown'],
    ['lines without use are counted', `web1\n@new x\n${line('web1', other)}`, 'web1', 22, 'changed kh:3'],
    ['tabs and CR LF', line('web1').replaceAll(' ', '\t').concat('\r\n'), 'web1', 22, 'known'],
  ];
  it.each(rows)('%s', (_what, text, host, port, verdict) => {
    expect(judge(text, host, port)).toBe(verdict);
  });
});

describe('parseHostKey', () => {
  it.each([ed25519, ecdsa])('reads the type of $type', (key) => {
    expect(parseHostKey(Buffer.from(key.key, 'base64'))).toEqual(key);
  });
});
