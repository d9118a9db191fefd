import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliLine, type CliRun, coreship, type RunningCli, startCoreship } from '../../support/cli.ts';
import { eventually } from '../../support/eventually.ts';
import { clearLab } from '../../support/lab/clear-lab.ts';
import { clusterState, labUnit, tutorialState } from '../../support/lab/cluster-state.ts';
import { deleteLock, holdLock, lockHolder } from '../../support/lab/lock.ts';
import { scriptOn, scriptOnAll, withoutLab } from '../../support/lab/test-lab.ts';
import { copyProject, edit, type TestProject } from '../../support/project.ts';

/** A moment of a run: an event of that type, about the n-th step of that kind. */
type Moment = readonly [type: CliLine['type'], kind: string, nth?: number];

/** Where a run is killed. */
interface Point {
  readonly when: string;
  readonly moment: Moment;
}

describe.skipIf(withoutLab)('runs that end early or meet', { timeout: 400_000 }, () => {
  let project: TestProject;
  beforeAll(async () => {
    await clearLab();
    project = await copyProject();
    await expectDone(coreship(project.root, 'deploy', 'apache', 'nginx_lb'));
  });
  afterAll(() => project.remove());

  const scale = (...instances: readonly string[]) =>
    coreship(project.root, 'scale', 'apache', ...instances, '--yes');

  /** Starts a command and does this to it at that moment. */
  const startUntil = (words: readonly string[], moment: Moment, act: (cli: RunningCli) => void) => {
    const [type, kind, nth = 1] = moment;
    let count = 0;
    return startCoreship(project.root, [...words, '--yes', '--json'], {
      onLine: (line, cli) => {
        if (line.type !== type || (line.step?.kind ?? '') !== kind) return;
        count += 1;
        if (count === nth) act(cli);
      },
    });
  };

  /**
   * Kills a command at that moment, once all is prepared, and lets what it had begun on the machines come to its end. One
   * that was done before the signal came, on a busy machine, says nothing: all is done once more.
   */
  const killAt = async (
    words: readonly string[],
    moment: Moment,
    prepare: () => Promise<void>,
  ): Promise<void> => {
    let killed: CliRun | undefined;
    for (let tries = 0; tries < 4 && killed?.code !== null; tries++) {
      await prepare();
      killed = await startUntil(words, moment, (running) => running.signal('SIGKILL')).done;
    }
    expect(killed?.code, `killed, not ended: ${killed?.stderr}`).toBeNull();
    await eventually(() => scriptOnAll('! pgrep -f "^sudo -n -- "'), 'the end of all remote commands', {
      everyMs: 200,
    });
    // That it goes away by itself has a test of its own; here it would only take time.
    await deleteLock();
  };

  // Down and up take turns: each begins where the one before has ended.
  describe.each<{ readonly down: Point; readonly up: Point }>([
    {
      down: { when: 'out of the load balancer, but running', moment: ['step-started', 'drain'] },
      up: { when: 'after the plan', moment: ['plan', ''] },
    },
    {
      down: { when: 'stopped', moment: ['step-done', 'stop', 2] },
      up: { when: 'while files are written', moment: ['step-started', 'install'] },
    },
    {
      down: { when: 'while files are removed', moment: ['step-started', 'remove'] },
      up: { when: 'with files that systemd has not started', moment: ['step-done', 'install'] },
    },
  ])('killed', ({ down, up }) => {
    it(`in a scale down, ${down.when}: the next run converges`, async () => {
      await killAt(['scale', 'apache', '7777'], down.moment, () => expectDone(scale('7777', '8888')));
      await expectDone(scale('7777'));
      expect(await clusterState(project.root)).toEqual(tutorialState(['7777']));
    });

    it(`in a scale up, ${up.when}: the next run converges`, async () => {
      await killAt(['scale', 'apache', '7777', '8888'], up.moment, () => expectDone(scale('7777')));
      await expectDone(scale('7777', '8888'));
      expect(await clusterState(project.root)).toEqual(tutorialState(['7777', '8888']));
    });
  });

  describe('killed in a replacement', () => {
    it.each<Point>([
      { when: 'while files are written', moment: ['step-started', 'install'] },
      { when: 'stopped, with the new file', moment: ['step-done', 'install'] },
      { when: 'while it starts', moment: ['step-done', 'start'] },
    ])('$when: the next run converges', async ({ when, moment }) => {
      const template = join(project.root, 'unit-templates/apache@.service');
      await killAt(['deploy', 'apache'], moment, async () => {
        await expectDone(scale('7777'));
        await edit(template, '[Service]', `[Service]\n# Changed, to be killed ${when}.`);
      });
      await expectDone(coreship(project.root, 'deploy', 'apache', '--yes'));
      expect(await clusterState(project.root)).toEqual(tutorialState(['7777']));
    });
  });

  it('waits for the lock of a killed run, which expires by itself', async () => {
    await expectDone(scale('7777', '8888'));
    const cli = startUntil(['scale', 'apache', '7777'], ['step-started', 'drain'], ({ signal }) =>
      signal('SIGKILL'),
    );
    await cli.done;
    expect(await lockHolder()).toMatchObject({ pid: cli.pid, command: 'scale apache 7777' });
    const next = await scale('7777');
    expect(next.code, next.stderr).toBe(0);
    expect(next.stderr).toMatch(
      new RegExp(`waiting for the lock, held by .*: scale apache 7777 \\(process ${cli.pid}\\)`),
    );
    expect(await clusterState(project.root)).toEqual(tutorialState(['7777']));
  });

  it('on Ctrl-C ends the step in flight, says what was done, and lets the lock go', async () => {
    await expectDone(coreship(project.root, 'destroy', 'apache', '--yes'));
    const interrupted = await startUntil(
      ['scale', 'apache', '7777', '8888'],
      ['step-started', 'install', 2],
      ({ signal }) => signal('SIGINT'),
    ).done;
    expect(interrupted.code, interrupted.stderr).toBe(130);
    // Which one that was, when the signal came, is the machine's business; a wait is ended.
    const of = (type: string) =>
      interrupted.lines.filter((line) => line.type === type).map(({ step }) => step);
    const [started, done] = [of('step-started'), of('step-done')];
    const open = started.slice(done.length).map((step) => step?.kind);
    expect(['', 'wait-active', 'wait-registered', 'wait-served']).toContain(open.join());
    expect(interrupted.stderr).toMatch(/done: create apache@7777\.service on \S+/);
    expect(interrupted.stderr).toMatch(/begun: create apache@8888\.service on \S+/);
    expect(await lockHolder()).toBeUndefined();
    await expectDone(scale('7777', '8888'));
    expect(await clusterState(project.root)).toEqual(tutorialState(['7777', '8888']));
  });

  it('exits at once on the second Ctrl-C', async () => {
    await expectDone(scale('7777', '8888'));
    const { machine } = await labUnit('apache@8888.service');
    const slowly = '/run/systemd/system/apache@8888.service.d';
    await scriptOn(
      machine,
      'mkdir -p "$1"; printf "[Service]\\nExecStop=/bin/sleep 12\\n" >"$1/slow.conf"; systemctl daemon-reload',
      [slowly],
    );
    try {
      const cli = startUntil(['scale', 'apache', '7777'], ['step-started', 'stop', 2], ({ signal }) =>
        signal('SIGINT'),
      );
      await cli.says('press Ctrl-C again to exit at once');
      cli.signal('SIGINT');
      const left = await cli.done;
      expect(left.code, left.stderr).toBe(130);
      expect(left.lines.at(-1)).toMatchObject({ type: 'step-started', step: { kind: 'stop' } });
      await deleteLock();
      await expectDone(scale('7777'));
    } finally {
      await scriptOn(machine, 'rm -r "$1"; systemctl daemon-reload', [slowly]);
    }
    expect(await clusterState(project.root)).toEqual(tutorialState(['7777']));
  });

  it('can be interrupted while it waits for the lock, with nothing changed', async () => {
    await expectDone(scale('7777'));
    await holdLock({ who: 'anna@desk', command: 'deploy apache', pid: 7, since: '2026-01-01T00:00:00Z' });
    const waiting = startCoreship(project.root, ['scale', 'apache', '7777', '8888']);
    await waiting.says('waiting for the lock, held by anna@desk: deploy apache (process 7)');
    waiting.signal('SIGINT');
    const left = await waiting.done;
    await deleteLock();
    expect(left).toMatchObject({ code: 130, stdout: '' });
    expect(left.stderr).toContain('nothing was changed');
    expect(await clusterState(project.root)).toEqual(tutorialState(['7777']));
  });

  it('makes the second of two runs wait, or end with 3, naming the first', async () => {
    await expectDone(scale('7777'));
    const words = ['scale', 'apache', '7777', '8888'];
    let stopped: () => void;
    const holding = new Promise<void>((resolve) => {
      stopped = resolve;
    });
    const first = startUntil(words, ['step-started', 'install'], ({ signal }) => {
      signal('SIGSTOP');
      stopped();
    });
    await holding;
    const waiting = startCoreship(project.root, words);
    const [impatient] = await Promise.all([
      coreship(project.root, ...words, '--lock-wait', '0'),
      waiting.says('waiting for the lock'),
    ]);
    first.signal('SIGCONT');
    expect(impatient).toMatchObject({ code: 3, stdout: '' });
    expect(impatient.stderr).toMatch(new RegExp(`held by .*@.*: ${words.join(' ')} \\(process ${first.pid}`));

    await expectDone(first.done);
    const second = await waiting.done;
    expect(second.code, second.stderr).toBe(0);
    expect(second.stdout).toContain('nothing to do');
    expect(await clusterState(project.root)).toEqual(tutorialState(['7777', '8888']));
  });
});

async function expectDone(run: Promise<CliRun>): Promise<void> {
  const { code, stderr } = await run;
  expect(code, stderr).toBe(0);
}
