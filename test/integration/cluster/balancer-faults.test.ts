import { describe, expect, it } from 'vitest';
import { balancerFaults } from '../../support/faults/balancer-faults.ts';
import type { Fault } from '../../support/faults/fault.ts';
import { expectNoFailure, faultBench, watchers } from '../../support/faults/fault-bench.ts';
import { measureSteady } from '../../support/faults/steady.ts';
import { withoutLab } from '../../support/lab/test-lab.ts';

describe.skipIf(withoutLab).each(watchers)(
  'what happens to the load balancer and to what it reads, followed by %s',
  (watcher) => {
    const { see, rig } = faultBench(watcher);

    it("learns of a registration after its watcher's death, and no request fails", async () => {
      const seen = await see(named('watcher-killed'));
      expectNoFailure(seen);
      expect(seen.out, JSON.stringify(seen.answers)).toBeDefined();
      expect(seen.back, JSON.stringify(seen.answers)).toBeDefined();
    });

    it("loses at most what a killed worker of nginx's had in hand", async () => {
      const { requests } = await see(named('nginx-worker-killed'));
      expect(requests.filter(({ why }) => why !== undefined).length).toBeLessThanOrEqual(1);
      expect(requests.at(-1)).not.toHaveProperty('why');
    });

    it('comes back by itself when its container is killed', async () => {
      const { requests, back } = await see(named('balancer-killed'));
      expect(back).toBeDefined();
      expect(requests.filter(({ why }) => why !== undefined).length).toBeGreaterThan(0);
      expect(requests.at(-1)).not.toHaveProperty('why');
    });

    it('gathers a burst of registrations, and no request fails', async () => {
      const seen = await see(named('burst'));
      expectNoFailure(seen);
      expect(seen.out, JSON.stringify(seen.answers)).toBeDefined();
      expect(seen.back, JSON.stringify(seen.answers)).toBeDefined();
      // Four where it was over in time; on a machine too busy for that, still at most one a second.
      const seconds = (seen.back ?? 0) / 1000;
      expect(seen.reloads).toBeLessThanOrEqual(Math.max(4, Math.ceil(seconds)));
    });

    it('ignores hostile values', async () => {
      const { balancer, shell, victim, other } = await rig();
      const seen = await see(named('hostile-values'));
      expectNoFailure(seen);
      expect(seen.reloads).toBe(0);
      for (const { answer } of seen.answers) {
        expect(answer).toContain(victim.value);
        expect(answer).toContain(other.value);
        expect(answer).not.toMatch(/no-such-host|xxx|\}; server/);
      }
      expect(await shell.scriptOn(balancer, 'docker logs --tail=200 nginx_lb 2>&1')).toContain('ignored');
    });

    it('does nothing while nothing changes: no revision, no reload', async () => {
      const steady = await measureSteady(await rig(), 20, 12);
      expect(steady).toMatchObject({ instances: 20, revisions: 0, reloads: 0 });
    });
  },
);

function named(name: string): Fault {
  const fault = balancerFaults.find((one) => one.name === name);
  if (!fault) throw new Error(`no fault ${name}`);
  return fault;
}
