import { describe, expect, it } from 'vitest';
import { CoreshipError } from '../../src/errors.ts';
import type { Step } from '../../src/plan/plan.ts';
import { performStep } from '../../src/rollout/perform-step.ts';
import type { WaitWatch } from '../../src/rollout/wait-until.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { FakeEngine } from '../fakes/fake-engine.ts';
import { FakeRegistry } from '../fakes/fake-registry.ts';
import { balancer, entry, m1, waitActive } from './sample-plan.ts';

function usualWorld() {
  const engine = new FakeEngine();
  const registry = new FakeRegistry();
  const clock = new FakeClock();
  const seen: string[] = [];
  const abort = new AbortController();
  const watch: WaitWatch = {
    onSeen: (text) => void seen.push(text),
    throwIfStopped: () => abort.signal.throwIfAborted(),
  };
  const perform = (step: Step) => performStep(step, { engine, registry, clock }, watch);
  return { engine, registry, clock, seen, abort, perform };
}

const reason = 'a test';
const registered: Step = {
  kind: 'wait-registered',
  entry,
  machine: m1,
  units: ['a.service', 'd.service'],
  reason,
};
const unregistered: Step = { kind: 'wait-unregistered', entry, reason };
const served: Step = { kind: 'wait-served', entry, balancers: [balancer], reason };
const unserved: Step = { kind: 'wait-unserved', entry, balancers: [balancer], reason };
const answering: Step = { kind: 'wait-answering', balancer, reason };
const listing = (...backends: readonly string[]) =>
  JSON.stringify({ version: 1, services: { apache: backends } });

describe('waiting for a unit', () => {
  const world = usualWorld;

  it('is over once it is active twice with the same process', async () => {
    const { engine, clock, seen, perform } = world();
    engine.set('a.service', { active: 'activating', sub: 'start-pre', mainPid: 0 });
    clock.at(1000, () => engine.set('a.service', { active: 'active', sub: 'running', mainPid: 7 }));
    await perform(waitActive('a.service'));
    expect(clock.now()).toBe(1200);
    expect(seen).toEqual(['a.service is activating (start-pre)', 'a.service is active (running)']);
  });

  it('does not trust a program that comes back as another process', async () => {
    const { engine, clock, perform } = world();
    engine.set('a.service', { mainPid: 7 });
    clock.at(200, () => engine.set('a.service', { mainPid: 8, restarts: 1 }));
    await perform(waitActive('a.service'));
    expect(clock.now()).toBe(400);
  });

  it('gives up at once on one that has failed, with the last lines of its journal', async () => {
    const { engine, clock, perform } = world();
    engine.set('a.service', { active: 'failed', sub: 'failed', result: 'exit-code' });
    engine.journals.set('a.service', ['pull access denied', 'code=exited, status=1']);
    await expect(perform(waitActive('a.service'))).rejects.toMatchObject({
      code: 'failed',
      message: 'a.service on lab-1 does not run (exit-code)',
      details: ['last lines of a.service:', '  pull access denied', '  code=exited, status=1'],
    });
    expect(clock.now()).toBe(0);
  });

  it.each([
    [2, 'bears with', 'resolves'],
    [3, 'gives up after', 'rejects'],
  ] as const)('%s automatic restarts: %s them', async (restarts, _, outcome) => {
    const { engine, clock, perform } = world();
    engine.set('a.service', { active: 'activating', sub: 'auto-restart', restarts: 5, mainPid: 0 });
    clock.at(200, () => engine.set('a.service', { restarts: 5 + restarts }));
    clock.at(400, () => engine.set('a.service', { active: 'active', sub: 'running', mainPid: 9 }));
    const waiting = perform(waitActive('a.service'));
    if (outcome === 'resolves') await expect(waiting).resolves.toBeUndefined();
    else
      await expect(waiting).rejects.toMatchObject({
        message: 'a.service on lab-1 does not run (activating, auto-restart)',
      });
  });

  it('gives up on one that nobody is about to start', async () => {
    const { engine, clock, perform } = world();
    engine.set('a.service', { active: 'inactive', sub: 'dead', queued: true });
    clock.at(1000, () => engine.set('a.service', { queued: false }));
    await expect(perform(waitActive('a.service'))).rejects.toMatchObject({
      message: 'a.service on lab-1 does not run (inactive, dead)',
    });
    expect(clock.now()).toBe(1200);
  });

  it('tells of the main unit that keeps failing, not of the sidekick that waits for it', async () => {
    const { engine, clock, perform } = world();
    engine.set('d.service', { active: 'inactive', sub: 'dead' });
    engine.set('a.service', { active: 'activating', sub: 'auto-restart', result: 'exit-code', mainPid: 0 });
    engine.journals.set('a.service', ['port is already allocated']);
    clock.at(2000, () => engine.set('a.service', { restarts: 3 }));
    const units = ['d.service', 'a.service'];
    const wait: Step = { kind: 'wait-active', machine: m1, units, timeoutSeconds: 600, reason };
    await expect(perform(wait)).rejects.toMatchObject({
      message: 'a.service on lab-1 does not run (exit-code)',
      details: ['last lines of a.service:', '  port is already allocated'],
    });
  });

  it('bears with a connection that is away for a while', async () => {
    const { engine, clock, seen, perform } = world();
    engine.set('a.service', {});
    engine.unreachable = new CoreshipError('failed', 'lab-1: connection lost');
    clock.at(1000, () => {
      engine.unreachable = undefined;
    });
    await perform(waitActive('a.service'));
    expect(seen[0]).toBe('lab-1: connection lost');
  });

  it('fails although the journal cannot be read', async () => {
    const { engine, perform } = world();
    engine.set('a.service', { active: 'failed', result: 'timeout' });
    await expect(perform(waitActive('a.service'))).rejects.toMatchObject({
      message: 'a.service on lab-1 does not run (timeout)',
      details: ['last lines of a.service:'],
    });
  });

  it('ends when nobody wants to wait any longer', async () => {
    const { engine, clock, abort, perform } = world();
    engine.set('a.service', { active: 'activating' });
    clock.at(1000, () => abort.abort());
    await expect(perform(waitActive('a.service'))).rejects.toMatchObject({ name: 'AbortError' });
    expect(clock.now()).toBe(1000);
  });

  it('ends after the time it was given', async () => {
    const { engine, clock, perform } = world();
    engine.set('a.service', { active: 'activating', sub: 'start' });
    await expect(perform(waitActive('a.service', 30))).rejects.toMatchObject({
      code: 'failed',
      message: 'a.service on lab-1 active: not after 30 s; a.service is activating (start)',
    });
    expect(clock.now()).toBe(30_000);
  });
});

describe('waiting for a registration', () => {
  const world = usualWorld;

  it('ends when the key is there with the right value', async () => {
    const { registry, clock, seen, perform } = world();
    clock.at(600, () => registry.entries.set(entry.key, entry.value));
    await perform(registered);
    expect(clock.now()).toBe(600);
    expect(seen).toHaveLength(1);
  });

  it.each([
    ['a longer key', `${entry.key}7`, entry.value],
    ['another value', entry.key, '10.0.0.9:7777'],
  ])('is not misled by %s', async (_, key, value) => {
    const { registry, perform } = world();
    registry.entries.set(key, value);
    await expect(perform(registered)).rejects.toMatchObject({
      message: expect.stringMatching(/^\/services\/apache\/10\.0\.0\.1:7777 registered: not after 60 s/),
    });
  });

  it('brings the sidekick’s journal when it is in vain', async () => {
    const { engine, perform } = world();
    engine.journals.set('d.service', ['nothing to register']);
    await expect(perform(registered)).rejects.toMatchObject({
      code: 'failed',
      details: ['last lines of d.service:', '  nothing to register'],
    });
  });

  it.each(['a.service', 'd.service'])('says that %s does not run', async (unit) => {
    const { engine, perform } = world();
    engine.set('a.service', {});
    engine.set('d.service', {});
    engine.set(unit, { active: 'failed', sub: 'failed' });
    await expect(perform(registered)).rejects.toMatchObject({
      message: `${entry.key} registered: not after 60 s; ${unit} is failed (failed)`,
    });
  });

  it.each([
    ['fails', ['registered it', 'check failed: answered 500'], 'check failed: answered 500'],
    ['is good again', ['check failed: answered 500', 'check succeeded', 'etcd is away'], 'not in etcd yet'],
    ['has nothing to say', [], 'not in etcd yet'],
  ])('says what the sidekick’s check says: it %s', async (_, journal, missing) => {
    const { engine, perform } = world();
    engine.journals.set('d.service', journal);
    await expect(perform(registered)).rejects.toMatchObject({
      message: `${entry.key} registered: not after 60 s; ${missing}`,
    });
  });

  it('the other way: ends when the key is gone', async () => {
    const { registry, clock, perform } = world();
    registry.entries.set(entry.key, entry.value);
    clock.at(400, () => registry.entries.delete(entry.key));
    await perform(unregistered);
    expect(clock.now()).toBe(400);
  });
});

describe('waiting for load balancers', () => {
  const world = () => {
    const all = usualWorld();
    all.registry.entries.set(entry.key, entry.value);
    return all;
  };

  it('ends when every one of them serves the backend', async () => {
    const { engine, clock, seen, perform } = world();
    engine.answers.set('m1', listing());
    clock.at(400, () => engine.answers.set('m1', listing('10.0.0.9:1', entry.value)));
    await perform(served);
    expect(clock.now()).toBe(400);
    expect(seen).toEqual(['not in the upstream of nginx_lb.service on lab-1']);
  });

  it('is about one service: another one may have the same backend', async () => {
    const { engine, perform } = world();
    const others = { version: 1, services: { apache: [], shop: [entry.value] } };
    engine.answers.set('m1', JSON.stringify(others));
    await expect(perform(served)).rejects.toThrow('not in the upstream');
    await perform(unserved);
  });

  it('needs the whole backend, not a part of it', async () => {
    const { engine, perform } = world();
    engine.answers.set('m1', listing(`${entry.value}7`));
    await expect(perform(served)).rejects.toMatchObject({ code: 'failed' });
  });

  it('says that the registration went away meanwhile', async () => {
    const { engine, registry, perform } = world();
    registry.entries.clear();
    engine.answers.set('m1', listing());
    await expect(perform(served)).rejects.toMatchObject({
      message: `${entry.value} served: not after 60 s; ${entry.key} is no longer in etcd`,
    });
  });

  it.each([
    ['served', served, [], 'not in'],
    ['unserved', unserved, [entry.value], 'still in'],
  ] as const)('says what keeps the load balancer from its new list: %s', async (_, step, backends, where) => {
    const { engine, perform } = world();
    const status = { version: 1, services: { apache: backends }, problem: 'nginx refused it' };
    engine.answers.set('m1', JSON.stringify(status));
    await expect(perform(step)).rejects.toMatchObject({
      message: expect.stringContaining(
        `${where} the upstream of nginx_lb.service on lab-1: nginx refused it`,
      ),
    });
  });

  it('the other way: ends when none of them has it', async () => {
    const { engine, clock, perform } = world();
    engine.answers.set('m1', listing(entry.value));
    clock.at(400, () => engine.answers.set('m1', listing()));
    await perform(unserved);
    expect(clock.now()).toBe(400);
  });

  it.each([
    ['active', 'rejects'],
    ['activating', 'rejects'],
    ['inactive', 'resolves'],
    ['failed', 'resolves'],
  ] as const)(
    'one that does not answer may be serving unless it does not run: %s %s',
    async (active, outcome) => {
      const { engine, perform } = world();
      engine.set(balancer.unit, { active });
      const waiting = perform(unserved);
      if (outcome === 'resolves') await expect(waiting).resolves.toBeUndefined();
      else {
        await expect(waiting).rejects.toMatchObject({
          code: 'failed',
          message: expect.stringContaining(
            active === 'active'
              ? 'no answer from nginx_lb.service on lab-1'
              : `nginx_lb.service on lab-1 is ${active}`,
          ),
        });
      }
      await expect(perform(served)).rejects.toMatchObject({ code: 'failed' });
    },
  );

  it('waits for an answer, and brings the journal where there is none', async () => {
    const { engine, clock, perform } = world();
    engine.journals.set('nginx_lb.service', ['bind() failed']);
    await expect(perform(answering)).rejects.toMatchObject({
      message: expect.stringContaining('nginx_lb.service answering: not after 60 s'),
      details: ['last lines of nginx_lb.service:', '  bind() failed'],
    });
    clock.at(clock.now() + 200, () => engine.answers.set('m1', listing()));
    await expect(perform(answering)).resolves.toBeUndefined();
  });
});
