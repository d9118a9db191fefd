import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { commandTable } from '../../src/cli/command-table.ts';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import { CoreshipError, type ErrorCode } from '../../src/errors.ts';
import { call } from './call.ts';

const repository = new URL('../../', import.meta.url);

describe('main', () => {
  it.each([['--help'], ['-h'], ['help']])('%s names every command on standard output', async (word) => {
    const { code, stdout, stderr } = await call([word]);
    expect([code, stderr]).toEqual([0, '']);
    for (const { usage, describe: what } of commandTable)
      expect(stdout).toMatch(new RegExp(`${literally(usage)}.*${literally(what)}`));
  });

  it('version is that of the package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('package.json', repository), 'utf8'));
    expect((await call(['version'])).stdout).toBe(`${version}\n`);
    expect((await call(['version', '--json'])).json()).toEqual([
      { version: 1, type: 'version', coreship: version },
    ]);
  });

  it.each([['--version'], ['-V']])('%s says the same as version', async (word) => {
    const { code, stdout } = await call([word]);
    expect([code, stdout]).toEqual([0, (await call(['version'])).stdout]);
  });

  it.each([
    [['depoly', 'apache'], '"deploy"'],
    [['lab', 'staus'], '"status"'],
    [['status', '--jsn'], '"--json"'],
    [['scale', 'apache', '1', '--dryrun'], '"--dry-run"'],
  ])('suggests what may be meant by %j', async (words, suggestion) => {
    const { code, stderr } = await call(words);
    expect(code).toBe(2);
    expect(stderr).toContain(`hint: did you mean ${suggestion}?`);
  });

  it('schema prints schema.json', async () => {
    expect((await call(['schema'])).stdout).toBe(readFileSync(new URL('schema.json', repository), 'utf8'));
  });

  it.each<[name: string, words: readonly string[], says: string]>([
    ['no command', [], 'say what to do'],
    ['an unknown command', ['scael'], 'there is no command scael'],
    ['an unknown option', ['render', '--chekc'], 'there is no option --chekc'],
    [
      'a missing argument',
      ['scale', 'apache'],
      'an argument is missing: coreship scale <service> <instance..>',
    ],
    ['a word too many', ['schema', 'more'], 'unexpected argument more'],
    ['a wrong choice', ['lab', 'sideways'], 'sideways'],
    ['a folder without a project', ['render', '--project', '/nonexistent'], 'coreship.yaml'],
  ])('ends with 2 and one error on standard error: %s', async (_, words, says) => {
    const { code, stdout, stderr } = await call(words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^error: /);
    expect(stderr).toContain(says);
    expect(stderr).not.toContain('internal error');
  });

  it('tells errors as JSON too where that is asked for', async () => {
    const { code, stderr, json } = await callJson(['render', '--project', '/nonexistent', '--json']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: /);
    expect(json).toMatchObject([{ version: 1, type: 'error', error: { code: expect.any(String) } }]);
  });

  it.each([
    [['scale', 'apache', '7777', '--lock-wait', 'soon'], {}],
    [['scale', 'apache', '7777', '--lock-wait', '-1'], {}],
    [['scale', 'apache', '7777'], { CORESHIP_LOCK_WAIT: 'soon' }],
  ])('refuses a wait that is no number: %j %j', async (words, env) => {
    const { code, stderr } = await call(words, {
      cwd: repository.pathname,
      env: { CORESHIP_CLUSTER: 'none', ...env },
    });
    expect(code).toBe(2);
    expect(stderr).toMatch(/number of seconds|no cluster none/);
  });
});

describe('exit codes', () => {
  const desired: Readonly<Record<ErrorCode, number>> = {
    usage: 2,
    config: 2,
    failed: 1,
    bug: 1,
    'lock-held': 3,
    partial: 4,
    interrupted: 130,
  };

  it.each(Object.entries(desired))('%s ends with %i', (code, exitCode) => {
    expect(exitCodeOf(new CoreshipError(code as ErrorCode, 'x'))).toBe(exitCode);
  });

  it('anything else ends with 1', () => {
    expect(exitCodeOf(new Error('x'))).toBe(1);
    expect(exitCodeOf(undefined)).toBe(1);
  });
});

async function callJson(words: readonly string[]) {
  const io = await call(words);
  return { code: io.code, stderr: io.stderr, json: io.json() };
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
