import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CoreshipError } from '../../src/errors.ts';
import { viewCluster } from '../../src/plan/cluster-view.ts';
import { makePlan } from '../../src/plan/make-plan.ts';
import type { Plan, Step } from '../../src/plan/plan.ts';
import { SimulatedCluster } from '../fakes/simulated-cluster.ts';
import { arbitraryIntent, arbitraryMachines, arbitraryMishap, type Intent } from './arbitrary-clusters.ts';
import { carryOut, planFor, stepsOf, want } from './scenario.ts';

/** The plan for an intent; runs where an instance fits no machine are skipped. */
function planOrSkip(cluster: SimulatedCluster, { services, instances, byHand }: Intent): Plan {
  cluster.services = services;
  try {
    return planFor(cluster, want(services, instances, byHand));
  } catch (error) {
    fc.pre(!(error instanceof CoreshipError && error.message.includes('no machine fits')));
    throw error;
  }
}

/** A cluster on which an intent was carried out to its end. */
function settled(machines: Record<string, Record<string, string>>, intent: Intent): SimulatedCluster {
  const cluster = new SimulatedCluster(intent.services, machines);
  carryOut(cluster, planOrSkip(cluster, intent));
  return cluster;
}

/** The units that a step names. */
function unitsOfStep(step: Step): readonly string[] {
  if (!('units' in step)) return [];
  return step.units.map((unit) => (typeof unit === 'string' ? unit : unit.name));
}

function expectDone(cluster: SimulatedCluster, { services, instances, byHand }: Intent): void {
  expect(planFor(cluster, want(services, instances, byHand)).changes).toEqual([]);
  expect(cluster.stale(), 'units that run another text than their file').toEqual([]);
  expect(cluster.clashes(), 'conflicts').toEqual([]);
}

const arbitraryCase = fc.record({
  machines: arbitraryMachines,
  before: arbitraryIntent,
  after: arbitraryIntent,
});

// Each case renders, plans and carries out several times.
describe('makePlan', { timeout: 60_000 }, () => {
  it('plans nothing where everything is as desired', () => {
    fc.assert(
      fc.property(arbitraryMachines, arbitraryIntent, (machines, intent) => {
        expectDone(settled(machines, intent), intent);
      }),
    );
  });

  it('leads from any state to any other, and then has nothing more to do', () => {
    fc.assert(
      fc.property(arbitraryCase, ({ machines, before, after }) => {
        const cluster = settled(machines, before);
        const units = want(after.services, after.instances, after.byHand).groups.flatMap(
          (group) => group.units,
        );
        const inherited = cluster.clashes(units);
        const clashes = () => cluster.clashes(units).filter((clash) => !inherited.includes(clash));
        carryOut(cluster, planOrSkip(cluster, after), {
          after: () => expect(clashes(), 'conflicts on the way').toEqual([]),
        });
        expectDone(cluster, after);
      }),
      { numRuns: 100 },
    );
  });

  it('converges when a run was interrupted after any step', () => {
    fc.assert(
      fc.property(arbitraryCase, fc.nat({ max: 40 }), ({ machines, before, after }, steps) => {
        const cluster = settled(machines, before);
        carryOut(cluster, planOrSkip(cluster, after), { steps });
        carryOut(cluster, planOrSkip(cluster, after));
        expectDone(cluster, after);
      }),
      { numRuns: 100 },
    );
  });

  it('repairs whatever has happened to units', () => {
    const hits = fc.array(fc.record({ at: fc.nat(), mishap: arbitraryMishap }), { maxLength: 4 });
    fc.assert(
      fc.property(arbitraryMachines, arbitraryIntent, hits, (machines, intent, mishaps) => {
        const cluster = settled(machines, intent);
        const { units } = cluster.facts().observation;
        for (const { at, mishap } of mishaps) {
          const unit = units[at % Math.max(units.length, 1)];
          if (unit) cluster.disturb(unit.machine, unit.name, mishap);
        }
        carryOut(cluster, planOrSkip(cluster, intent));
        expect(planFor(cluster, want(intent.services, intent.instances, intent.byHand)).changes).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it('touches no unit of a service it was not asked about', () => {
    fc.assert(
      fc.property(
        arbitraryCase,
        fc.constantFrom('apache', 'worker'),
        ({ machines, before, after }, service) => {
          const cluster = settled(machines, before);
          const others = cluster.running().filter((line) => !line.startsWith(service));
          const plan = planOrSkip(cluster, {
            ...after,
            services: [
              ...after.services.filter(({ name }) => name === service),
              ...before.services.filter(({ name }) => name !== service),
            ],
            instances: { [service]: after.instances[service] ?? [] },
          });
          const named = stepsOf(plan).flatMap(unitsOfStep);
          expect(named.filter((name) => !name.startsWith(service))).toEqual([]);
          carryOut(cluster, plan);
          expect(cluster.running().filter((line) => !line.startsWith(service))).toEqual(others);
        },
      ),
    );
  });

  it('does not depend on the order in which things were seen', () => {
    fc.assert(
      fc.property(arbitraryCase, ({ machines, before, after }) => {
        const cluster = settled(machines, before);
        const plan = planOrSkip(cluster, after);
        const seen = cluster.facts();
        const { observation } = seen;
        const reversed = {
          ...seen,
          serving: [...seen.serving].reverse(),
          registrations: [...(seen.registrations ?? [])].reverse(),
          observation: {
            ...observation,
            machines: [...observation.machines].reverse(),
            units: [...observation.units].reverse(),
          },
        };
        const desired = want(after.services, after.instances, after.byHand);
        expect(makePlan(desired, viewCluster(reversed))).toEqual(plan);
      }),
    );
  });

  it('keeps every service served by all but one of its instances while it replaces them', () => {
    fc.assert(
      fc.property(
        arbitraryMachines,
        arbitraryIntent,
        fc.constantFrom('8', '9'),
        (machines, intent, VERSION) => {
          const cluster = settled(machines, intent);
          const all = cluster.registrations().length;
          const services = intent.services.map((service) => ({ ...service, environment: { VERSION } }));
          const plan = planOrSkip(cluster, { ...intent, services });
          carryOut(cluster, plan, {
            after: () => expect(cluster.registrations().length).toBeGreaterThanOrEqual(Math.max(all - 1, 0)),
          });
          expectDone(cluster, { ...intent, services });
        },
      ),
    );
  });
});
