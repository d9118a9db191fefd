import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { serviceSchema, toService } from '../../src/project/service-schema.ts';
import type { Service } from '../../src/services/service.ts';
import { SimulatedCluster } from '../fakes/simulated-cluster.ts';
import { carryOut, type Instances, planFor, stepLine, want } from './scenario.ts';

/** A file of test/cases/plan; its README says what each key means. */
interface PlanCase {
  readonly says: string;
  readonly machines: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly services?: Readonly<Record<string, unknown>>;
  readonly units?: Readonly<Record<string, string>>;
  readonly deployed?: Instances;
  readonly was?: {
    readonly services?: Readonly<Record<string, unknown>>;
    readonly units?: Readonly<Record<string, string>>;
  };
  readonly since?: readonly { readonly unit: string; readonly machine: string; readonly is: object }[];
  readonly unregistered?: readonly string[];
  readonly foreign?: readonly { readonly unit: string; readonly machine: string; readonly file: string }[];
  readonly desired: Instances;
  readonly changes?: readonly object[];
  readonly unchanged?: readonly string[];
  readonly error?: object;
}

const folder = fileURLToPath(new URL('../cases/plan/', import.meta.url));
const cases = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => [file, JSON.parse(readFileSync(folder + file, 'utf8')) as PlanCase] as const);

describe.each(cases)('%s', (_, facts) => {
  const services = toServices(facts.services);
  const desired = want(services, facts.desired, facts.units);

  it(facts.says, () => {
    const cluster = clusterOf(facts);
    if (facts.error) {
      expect(() => planFor(cluster, desired)).toThrow(
        expect.objectContaining({ code: 'failed', ...facts.error }),
      );
      return;
    }
    const { changes, unchanged } = planFor(cluster, desired);
    expect(
      changes.map(({ action, unit, machine, from, reason, files, steps }) => ({
        action,
        unit,
        machine: machine.name,
        ...(from ? { from: from.name } : {}),
        reason,
        files: files.map((file) => `${file.action} ${file.unit}`),
        steps: steps.map(stepLine),
      })),
    ).toEqual(facts.changes);
    expect(unchanged).toEqual(facts.unchanged ?? []);
  });

  if (facts.error) return;

  it('has nothing more to do afterwards', () => {
    const cluster = clusterOf(facts);
    carryOut(cluster, planFor(cluster, desired));
    expect(planFor(cluster, desired).changes).toEqual([]);
    expect(cluster.stale()).toEqual([]);
  });
});

function clusterOf(facts: PlanCase): SimulatedCluster {
  const before = toServices({ ...facts.services, ...facts.was?.services });
  const cluster = new SimulatedCluster(before, facts.machines);
  carryOut(
    cluster,
    planFor(cluster, want(before, facts.deployed ?? {}, { ...facts.units, ...facts.was?.units })),
  );
  cluster.services = toServices(facts.services);
  for (const { unit, machine, is } of facts.since ?? []) {
    // JSON has no undefined: null is a file that is gone.
    const changes = Object.entries(is).map(([key, value]) => [key, value ?? undefined]);
    cluster.disturb(`id-of-${machine}`, unit, Object.fromEntries(changes));
  }
  for (const value of facts.unregistered ?? []) cluster.unregistered.add(value);
  for (const { unit, machine, file } of facts.foreign ?? []) {
    cluster.foreign.push({ name: unit, machine: `id-of-${machine}`, file });
  }
  return cluster;
}

function toServices(written: PlanCase['services'] = {}): readonly Service[] {
  return Object.entries(written).map(([name, service]) => toService(name, serviceSchema.parse(service)));
}
