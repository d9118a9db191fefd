import { expect } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { changeText, summary } from '../../src/cli/output/plan-text.ts';
import { printError } from '../../src/cli/output/print-error.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { stepText } from '../../src/plan/step-text.ts';
import { serviceSchema, toService } from '../../src/project/service-schema.ts';
import { FakeIo } from '../fakes/fake-io.ts';
import { SimulatedCluster } from '../fakes/simulated-cluster.ts';
import { carryOut, type Instances, planFor, want } from './scenario.ts';

/**
 * Runs a script of test/cases/plan and returns it with the answers of its plans, in place of those it had. The README
 * there describes the language.
 */
export function runScript(script: string): string {
  const lines = script.split('\n').filter((line) => line.startsWith('#') || line.startsWith('>'));
  const run = scriptRunner();
  const transcript = lines.map((line, index) => {
    const isText = line.startsWith('>   ');
    if (line.startsWith('#') || isText) return line;
    const next = lines.slice(index + 1);
    const end = next.findIndex((one) => !one.startsWith('>   '));
    const text = next.slice(0, end < 0 ? undefined : end).map((one) => one.slice('>   '.length));
    const answer = run(line.slice('> '.length), text);
    return answer === undefined ? line : `${line}\n\n${answer}`;
  });
  return `${transcript
    .join('\n')
    .replace(/\n(?=>)/, '\n\n')
    .trimEnd()}\n`;
}

/** The services that a script finds, as in `coreship.yaml`. */
const presets = {
  apache: {
    image: 'example/apache',
    ports: [{ container: 80 }],
    placement: { conflicts: ['apache@*.service'] },
    registration: {},
  },
  nginx_lb: {
    template: false,
    image: 'example/nginx_lb',
    ports: [{ container: 80, address: 'public' }],
    placement: { conflicts: ['apache@*.service'] },
    loadBalancer: { service: 'apache' },
  },
  worker: { image: 'example/worker' },
};

type Written = Readonly<Record<string, unknown>>;

/** Does what the lines of one script say, in turn; only a plan has an answer. */
function scriptRunner(): (line: string, text: readonly string[]) => string | undefined {
  const written = new Map<string, Written>(Object.entries(presets));
  const byHand = new Map<string, string>();
  let cluster = new SimulatedCluster([], {});

  const services = () => [...written].map(([name, service]) => toService(name, serviceSchema.parse(service)));
  const desiredBy = (words: string) => {
    cluster.services = services();
    return want(cluster.services, instancesOf(words), Object.fromEntries(byHand));
  };
  const unitOn = (words: string): readonly [unit: string, machine: string, rest: string] => {
    const [, unit = '', machine = '', rest = ''] = /^(\S+) on (\S+)\s*(.*)$/.exec(words) ?? [];
    return [unit, machine, rest];
  };

  return (line, text) => {
    const [, command, words = ''] = /^(\S+)\s*(.*)$/.exec(line) ?? [];
    switch (command) {
      case 'machines':
        cluster = new SimulatedCluster(services(), machinesOf(words));
        return undefined;
      case 'service': {
        const [, name = '', changes = '{}'] = /^(\S+)\s*(.*)$/.exec(words) ?? [];
        const all = { ...written.get(name), ...(parseYaml(changes) as Written) };
        written.set(name, Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null)));
        return undefined;
      }
      case 'unit':
        byHand.set(words, `${text.join('\n')}\n`);
        return undefined;
      case 'deploy': {
        const desired = desiredBy(words);
        carryOut(cluster, planFor(cluster, desired));
        return undefined;
      }
      case 'set': {
        const [unit, machine, changes] = unitOn(words);
        const entries = Object.entries(parseYaml(changes) as Written);
        const values = entries.map(([key, value]) => [key, value ?? undefined]);
        cluster.disturb(`id-of-${machine}`, unit, Object.fromEntries(values));
        return undefined;
      }
      case 'unregistered':
        cluster.unregistered.add(words);
        return undefined;
      case 'foreign': {
        const [name, machine] = unitOn(words);
        cluster.foreign.push({ name, machine: `id-of-${machine}`, file: `/etc/systemd/system/${name}` });
        return undefined;
      }
      case 'plan':
        return planAndCarryOut(cluster, desiredBy(words));
      default:
        throw new Error(`no command of a script: ${line}`);
    }
  };
}

/** The plan, or its refusal, as people read it. A plan is carried out, after which there must be nothing left to do. */
function planAndCarryOut(cluster: SimulatedCluster, desired: ReturnType<typeof want>): string {
  const io = new FakeIo({});
  let plan: Plan;
  try {
    plan = planFor(cluster, desired);
  } catch (error) {
    expect(error).toMatchObject({ code: 'failed' });
    printError(error, io, false);
    return io.stderr;
  }
  carryOut(cluster, plan);
  expect(planFor(cluster, desired).changes, 'left to do after the plan').toEqual([]);
  expect(cluster.stale(), 'units that run another text than their file').toEqual([]);
  const changes = plan.changes.map((change) => {
    const steps = change.steps.map((step, index) => `      ${index + 1}. ${stepText(step)}`);
    return [changeText(change, (_colour, text) => text), ...steps, ''].join('\n');
  });
  const unchanged = plan.unchanged.length > 0 ? [`Unchanged: ${plan.unchanged.join(', ')}`] : [];
  return [...changes, summary(plan), ...unchanged, ''].join('\n');
}

/** `m1 m2(disk=ssd)`: metadata by machine. */
function machinesOf(words: string): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const machines = words.matchAll(/(\w+)(?:\(([^)]*)\))?/g);
  return Object.fromEntries(
    [...machines].map(([, name, metadata]) => {
      const pairs = metadata?.split(',').map((pair) => pair.split('='));
      return [name, Object.fromEntries(pairs ?? [])];
    }),
  );
}

/** `apache 7777 8888, nginx_lb`: instances by service. */
function instancesOf(words: string): Instances {
  return Object.fromEntries(
    words.split(', ').map((part) => {
      const [service = '', ...instances] = part.split(' ');
      return [service, instances.filter((name) => name !== 'none')];
    }),
  );
}
