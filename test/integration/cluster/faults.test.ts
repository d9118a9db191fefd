import { describe, expect, it } from 'vitest';
import { etcdOutage } from '../../support/faults/etcd-faults.ts';
import type { Fault } from '../../support/faults/fault.ts';
import {
  expectFailuresOnlyUntilOut,
  expectNoFailure,
  faultBench,
  margin,
  watchers,
} from '../../support/faults/fault-bench.ts';
import { faultNamed } from '../../support/faults/faults.ts';
import { measureSteady } from '../../support/faults/steady.ts';
import { withoutLab } from '../../support/lab/test-lab.ts';

/** Faults of a kind: the first represents them in `npm test`, and `npm run test:all` runs every one. */
const kind = (...names: readonly string[]) =>
  names.map((name, index) => ({
    ...faultNamed(name),
    options: { tags: index === 0 ? [] : ['every-fault'] },
  }));
const others = { tags: ['every-fault'] };

describe.skipIf(withoutLab).each(watchers)('a fault under load, followed by %s', (watcher) => {
  const { see, rig } = faultBench(watcher);

  describe('costs no request, and all is well again', () => {
    const check = async (fault: Fault) => {
      const seen = await see(fault);
      expectNoFailure(seen);
      expect(seen.back, JSON.stringify(seen.answers)).toBeDefined();
      return seen;
    };

    for (const fault of [
      ...kind('container-killed', 'main-restarted'),
      ...kind('sidekick-killed', 'sidekick-restarted'),
      ...kind('leader-cut', 'machine-cut'),
    ]) {
      it(fault.title, fault.options, async () => {
        const seen = await check(fault);
        if (fault.out) expect(seen.out, JSON.stringify(seen.answers)).toBeDefined();
      });
    }

    for (const fault of kind('etcd-leader-killed', 'etcd-member-down', 'etcd-beside-apache-down')) {
      it(`${fault.title}: the list stays whole`, fault.options, async () => {
        const seen = await check(fault);
        const { victim, other } = await rig();
        const answers = seen.answers.filter(({ answer }) => !answer.startsWith('none'));
        const whole = (answer: string) => answer.includes(victim.value) && answer.includes(other.value);
        expect(answers.filter(({ answer }) => !whole(answer))).toEqual([]);
      });
    }

    it('an outage longer than the leases empties no list, and changes meanwhile are learnt', async () => {
      const { other } = await rig();
      const seen = await check(etcdOutage(15_000));
      const answers = seen.answers.filter(({ answer }) => answer !== 'none');
      expect(answers.filter(({ answer }) => !answer.includes(other.value))).toEqual([]);
    });

    it('burst: 50 registrations and removals are gathered', async () => {
      const seen = await check(faultNamed('burst'));
      expect(seen.out, JSON.stringify(seen.answers)).toBeDefined();
      // Four where it was over in time; on a machine too busy for that, still at most one a second.
      const seconds = (seen.back ?? 0) / 1000;
      expect(seen.reloads).toBeLessThanOrEqual(Math.max(4, Math.ceil(seconds)));
    });

    it("a registration is learnt after the watcher's death", others, async () => {
      const seen = await check(faultNamed('watcher-killed'));
      expect(seen.out, JSON.stringify(seen.answers)).toBeDefined();
    });

    it('hostile values are ignored', others, async () => {
      const { balancer, shell, victim, other } = await rig();
      const seen = await see(faultNamed('hostile-values'));
      expectNoFailure(seen);
      expect(seen.reloads).toBe(0);
      for (const { answer } of seen.answers) {
        expect(answer).toContain(victim.value);
        expect(answer).toContain(other.value);
        expect(answer).not.toMatch(/no-such-host|xxx|\}; server/);
      }
      expect(await shell.scriptOn(balancer, 'docker logs --tail=200 nginx_lb 2>&1')).toContain('ignored');
    });

    for (const change of kind('only-sidekick-change', 'sidekick-change', 'scale', 'rolling-change')) {
      it(change.title, change.options, async () => {
        const seen = await check(change);
        if (change.name === 'only-sidekick-change') expect(seen.out, 'the list lost it').toBeUndefined();
        else expect(seen.out, 'the list never showed it').toBeDefined();
      });
    }
  });

  describe('costs requests only until the backend is out of the list', () => {
    for (const fault of kind('backend-500', 'backend-hangs')) {
      it(fault.title, fault.options, async () => expectFailuresOnlyUntilOut(await see(fault)));
    }

    it('without any backend there is the 503 page, and the first that is back is served', async () => {
      const { requests, out, back, answers } = await see(faultNamed('all-gone'));
      expect(out, JSON.stringify(answers)).toBeDefined();
      expect(back, JSON.stringify(answers)).toBeDefined();
      const failed = requests.filter(({ why }) => why !== undefined);
      expect(failed.length).toBeGreaterThan(20);
      // A request that the last backend held when it ended is answered by 502: it may have been carried out.
      const later = failed.filter(({ at }) => at > margin);
      expect(later.filter(({ why }) => !why?.includes('status 503'))).toEqual([]);
      expect(requests.at(-1)).not.toHaveProperty('why');
    });
  });

  describe('costs requests only until the load balancer is back', () => {
    it('its container is killed', async () => {
      const { requests, back } = await see(faultNamed('balancer-killed'));
      expect(back).toBeDefined();
      expect(requests.filter(({ why }) => why !== undefined).length).toBeGreaterThan(0);
      expect(requests.at(-1)).not.toHaveProperty('why');
    });

    it('a worker of nginx is killed: it loses at most the request that it held', others, async () => {
      const { requests } = await see(faultNamed('nginx-worker-killed'));
      expect(requests.filter(({ why }) => why !== undefined).length).toBeLessThanOrEqual(1);
      expect(requests.at(-1)).not.toHaveProperty('why');
    });
  });

  it('nothing happens while nothing changes: no revision, no reload', async () => {
    const steady = await measureSteady(await rig(), 20, 12);
    expect(steady).toMatchObject({ instances: 20, revisions: 0, reloads: 0 });
  });
});
