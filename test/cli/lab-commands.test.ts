import { describe, expect, it } from 'vitest';
import { labCommands } from '../../src/cli/commands/lab/lab-commands.ts';
import { labProgress } from '../../src/cli/output/lab-progress.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { FakeIo } from '../fakes/fake-io.ts';
import { call } from './call.ts';

describe('coreship lab', () => {
  it('without a verb names them all, and ends with 2', async () => {
    const { code, stderr } = await call(['lab']);
    expect(code).toBe(2);
    expect(stderr).toContain('coreship lab up|down|status|ssh|reboot|disconnect|reconnect\n');
  });

  it.each(labCommands)('has $usage', async ({ usage }) => {
    const [name = '', ...positionals] = usage.split(' ');
    // An option that no command has is refused before anything is done.
    const { code, stderr } = await call([
      'lab',
      ...withName([name, ...positionals.map(() => 'x'), '--none-such']),
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain('there is no option --none-such');
  });

  it.each<[name: string, words: readonly string[], says: string]>([
    ['another verb', ['sideways'], 'sideways'],
    ['the old words for disconnect and reconnect', ['cut', 'lab-1'], 'there is no command lab cut'],
    ['no machine where one is needed', ['reboot'], 'an argument is missing: coreship lab reboot <machine>'],
    ['a machine where none is needed', ['up', 'lab-1'], 'unexpected argument lab-1'],
    ['an option of another verb', ['down', '--machines', '3'], 'there is no option --machines'],
    ['a number that is none', ['up', '--machines', 'many'], 'a lab has 1 to 7 machines, not NaN'],
    ['a name that no lab can have', ['status', '--name=Lab'], '"Lab" is not a valid name for a lab'],
  ])('refuses %s with 2', async (_, words, says) => {
    const { code, stdout, stderr } = await call(['lab', ...withName(words)]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(says);
  });

  it.each(['ssh', 'reboot', 'disconnect', 'reconnect'])('%s of a machine needs a lab', async (verb) => {
    const { code, stdout, stderr } = await call(['lab', ...withName([verb, 'none-1'])]);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe('error: there is no lab none\nhint: coreship lab up --name none\n');
  });

  it('status says that there is none, and ends with 1', async () => {
    const { code, stdout } = await call(['lab', 'status', '--name', 'none']);
    expect([code, stdout]).toEqual([1, 'none is absent\n']);
    const answer = await call(['lab', 'status', '--name', 'none', '--json']);
    expect(answer.json()).toEqual([
      { version: 1, type: 'lab-status', name: 'none', state: 'absent', machines: [] },
    ]);
  });
});

it('prints a line for each event of a lab, with the time that a step took', async () => {
  const [io, clock] = [new FakeIo(), new FakeClock()];
  const emit = labProgress(io, clock);
  const step = { step: 'base', text: 'building the base' } as const;
  emit({ type: 'step-started', ...step });
  emit({ type: 'detail', step: 'base', text: 'debootstrap' });
  await clock.sleep(61_540);
  emit({ type: 'step-done', ...step });
  expect(io.stderr).toBe('building the base ...\n  debootstrap\nbuilding the base: done (61.5 s)\n');
});

/** Never the lab of the person who runs the tests. */
function withName(words: readonly string[]): readonly string[] {
  return words.some((word) => word.startsWith('--name')) ? words : [...words, '--name', 'none'];
}
