import { describe, expect, it } from 'vitest';
import type { Paint } from '../../src/cli/output/paint.ts';
import { planText, resultText, summary } from '../../src/cli/output/plan-text.ts';
import { printError } from '../../src/cli/output/print-error.ts';
import { table } from '../../src/cli/output/table.ts';
import { CoreshipError } from '../../src/errors.ts';
import type { ChangeAction } from '../../src/plan/change-actions.ts';
import type { Change, FileChange, Step } from '../../src/plan/plan.ts';
import { stepText } from '../../src/plan/step-text.ts';
import { FakeIo } from '../fakes/fake-io.ts';
import { balancer, entry, m1 } from '../rollout/sample-plan.ts';

const plain: Paint = (_format, text) => text;

const changed: FileChange = {
  unit: 'a@1.service',
  action: 'change',
  diff: '--- a@1.service on lab-1\n+++ a@1.service in the project\n@@ -1 +1 @@\n-old\n+new\n',
};

function change(action: ChangeAction, files: readonly FileChange[] = [], from?: Change['from']): Change {
  const rest = { service: 'a', unit: 'a@1.service', machine: m1, reason: `why ${action}`, files, steps: [] };
  return { action, ...rest, ...(from ? { from } : {}) };
}

describe('resultText', () => {
  it.each([
    [[], 'nothing to do\n'],
    [['a.service'], 'nothing to do: 1 instance is as desired (a.service)\n'],
    [
      ['a@1.service', 'a@2.service'],
      'nothing to do: 2 instances are as desired (a@1.service, a@2.service)\n',
    ],
    [
      Array.from({ length: 300 }, (_, at) => `a@${at}.service`),
      'nothing to do: 300 instances are as desired\n',
    ],
  ])('names instances that are as desired only where they are few', (unchanged, text) => {
    expect(resultText({ version: 1, changes: [], unchanged })).toBe(text);
  });
});

describe('planText', () => {
  it('shows each change with its reason, and the diffs of files that change', () => {
    const changes = [
      change('create', [{ ...changed, action: 'add' }]),
      change('replace', [changed, { unit: 'd@1.service', action: 'remove', diff: '-x\n' }]),
      change('refresh'),
      change('move', [], { id: 'm2', name: 'lab-2' }),
      change('start'),
      change('wait'),
      change('remove', [{ ...changed, action: 'remove' }]),
    ];
    const plan = { version: 1, changes, unchanged: ['b.service'] } as const;
    expect(planText(plan, 'Plan for lab:', plain)).toMatchInlineSnapshot(`
      "Plan for lab:

        + create a@1.service on lab-1: why create
            + a@1.service
        ~ replace a@1.service on lab-1: why replace
            ~ a@1.service
              --- a@1.service on lab-1
              +++ a@1.service in the project
              @@ -1 +1 @@
              -old
              +new
            - d@1.service
        ~ refresh a@1.service on lab-1: why refresh
        ~ move a@1.service from lab-2 to lab-1: why move
        + start a@1.service on lab-1: why start
        . wait a@1.service on lab-1: why wait
        - remove a@1.service on lab-1: why remove
            - a@1.service

      Plan: 1 to create, 1 to start, 1 to wait, 1 to move, 1 to refresh, 1 to replace, 1 to remove; 1 unchanged
      "
    `);
  });

  it('is nothing where nothing changes, and the summary says so', () => {
    const plan = { version: 1, changes: [], unchanged: ['b.service'] } as const;
    expect(planText(plan, 'Plan:', plain)).toBe('');
    expect(summary(plan)).toBe('Plan: nothing to do; 1 unchanged');
  });
});

describe('stepText', () => {
  const reason = 'a test';
  it.each<[Step, string]>([
    [
      {
        kind: 'install',
        machine: m1,
        units: [
          { name: 'a', text: '' },
          { name: 'b', text: '' },
        ],
        reason,
      },
      'write a, b on lab-1',
    ],
    [{ kind: 'start', machine: m1, units: ['a', 'b'], reason }, 'start a, b on lab-1'],
    [{ kind: 'stop', machine: m1, units: ['a'], reason }, 'stop a on lab-1'],
    [{ kind: 'remove', machine: m1, units: ['a'], reason }, 'remove a on lab-1'],
    [
      { kind: 'wait-active', machine: m1, units: ['a'], timeoutSeconds: 1, reason },
      'wait until a is active on lab-1',
    ],
    [
      { kind: 'wait-active', machine: m1, units: ['a', 'b'], timeoutSeconds: 1, reason },
      'wait until a, b are active on lab-1',
    ],
    [
      { kind: 'wait-registered', entry, machine: m1, units: [], reason },
      'wait until /services/apache/10.0.0.1:7777 is registered',
    ],
    [
      { kind: 'wait-unregistered', entry, reason },
      'wait until /services/apache/10.0.0.1:7777 is deregistered',
    ],
    [
      { kind: 'wait-served', entry, balancers: [balancer], reason },
      'wait until nginx_lb.service on lab-1 serves 10.0.0.1:7777',
    ],
    [
      { kind: 'wait-unserved', entry, balancers: [balancer], reason },
      'wait until nginx_lb.service on lab-1 no longer serves 10.0.0.1:7777',
    ],
    [{ kind: 'wait-answering', balancer, reason }, 'wait until nginx_lb.service on lab-1 answers'],
    [{ kind: 'drain', seconds: 1.5, reason }, 'let requests in flight finish for 1.5 s'],
  ])('$kind', (step, text) => {
    expect(stepText(step)).toBe(text);
  });
});

describe('table', () => {
  it('sets cells in columns, without spaces at the end', () => {
    expect(
      table([
        ['UNIT', 'ON'],
        ['a@1.service', 'lab-1'],
        ['b', ''],
      ]),
    ).toBe('UNIT         ON\na@1.service  lab-1\nb\n');
  });

  it('is nothing without rows', () => {
    expect(table([])).toBe('');
  });
});

describe('printError', () => {
  const say = (error: unknown, env = {}) => {
    const io = new FakeIo({ env });
    printError(error, io, false);
    expect(io.stdout).toBe('');
    return io.stderr;
  };

  it('says where, what, what else is known, and what next', () => {
    const error = new CoreshipError('failed', 'it broke', {
      where: { file: 'a.service', line: 3, column: 7 },
      details: ['last lines:\n  one'],
      hint: 'fix it',
      problems: [{ rule: 'r', severity: 'error', message: 'bad', path: 'services.a' }],
    });
    expect(say(error)).toBe(
      'error: a.service:3:7: it broke\n  services.a: bad\n  last lines:\n    one\nhint: fix it\n',
    );
  });

  it('shows a cause only where that is asked for', () => {
    const error = new CoreshipError('failed', 'it broke', { cause: new Error('deep down') });
    expect(say(error)).toBe('error: it broke\n');
    expect(say(error, { CORESHIP_DEBUG: '1' })).toContain('deep down');
  });

  it.each([
    ['an error that nobody expected', new TypeError('oops')],
    ['a known bug', new CoreshipError('bug', 'oops')],
  ])('calls %s an internal error, and shows its trace', (_, error) => {
    expect(say(error)).toMatch(/^internal error: .*oops\n {4}at /s);
  });

  it('says the same as JSON', () => {
    const io = new FakeIo();
    printError(new CoreshipError('lock-held', 'held', { hint: 'wait' }), io, true);
    expect(io.json()).toEqual([
      {
        version: 1,
        type: 'error',
        error: { code: 'lock-held', message: 'held', hint: 'wait', problems: [], details: [] },
      },
    ]);
  });
});
