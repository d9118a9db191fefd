import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createConnect } from '../../src/ssh/connect.ts';
import type { Connection } from '../../src/ssh/connection.ts';
import { resolveWith, type Sshd, sshdMissing, startSshd } from '../ssh/sshd.ts';

const missing = sshdMissing();
if (missing !== undefined) process.stderr.write(`ssh tests skipped: ${missing}\n`);

describe.skipIf(missing !== undefined)('a real sshd', () => {
  let sshd: Sshd;
  let connection: Connection;
  beforeAll(async () => {
    sshd = await startSshd();
    connection = await createConnect(resolveWith(sshd.dir))(sshd.target);
  });
  afterAll(async () => {
    await connection?.close();
    await sshd?.stop();
  });

  it('runs a command with words as they are', async () => {
    const result = await connection.run({ words: ['printf', '%s|', "it's", '$HOME', 'a  b', ''] });
    expect(result).toEqual({ status: 0, stdout: "it's|$HOME|a  b||", stderr: '' });
  });
});
