import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabMachine } from '../../../src/lab/description.ts';
import { machines, on, scriptOnAll } from './test-lab.ts';

/** What is on the lab and in the project, by their own word and without coreship's help. */
export interface ClusterState {
  /** Names of the active units of each machine that has any, in name order. */
  readonly groups: readonly (readonly string[])[];
  /** What should not be: half-written files, units that do not run, texts other than the project's. */
  readonly wrong: readonly string[];
  /** Ports of the registered instances. */
  readonly registered: readonly string[];
  /** Ports of the load balancer's backends; absent without a load balancer. */
  readonly upstream?: readonly string[];
  /** Names in the project's instances/. */
  readonly instances: readonly string[];
}

/** A unit of coreship's on a machine. */
export interface LabUnit {
  readonly machine: LabMachine;
  readonly name: string;
  readonly active: string;
  readonly mainPid: number;
  /** SHA-256 of the unit file, in hexadecimal. */
  readonly hash: string;
}

/** What a cluster looks like on which apache has these instances, beside nginx_lb or alone. */
export function tutorialState(
  instances: readonly string[],
  { balancer = true }: { readonly balancer?: boolean } = {},
): ClusterState {
  const groups = instances.map((port) => [`apache-discovery@${port}.service`, `apache@${port}.service`]);
  return {
    groups: balancer ? [...groups, ['nginx_lb.service']] : groups,
    wrong: [],
    registered: instances,
    ...(balancer ? { upstream: instances } : {}),
    instances: inOrder(groups.flat()),
  };
}

/** Looks at everything at once. */
export async function clusterState(project: string): Promise<ClusterState> {
  const [units, left, registered, instances] = await Promise.all([
    labUnits(),
    leftovers(),
    registrations(),
    readdir(join(project, 'instances')),
  ]);
  const wrong = await Promise.all(units.map((unit) => whatIsWrong(unit, project)));
  const names = new Map<string, readonly string[]>();
  for (const { machine, name } of units) names.set(machine.name, [...(names.get(machine.name) ?? []), name]);
  const balancer = units.find(({ name }) => name === 'nginx_lb.service');
  return {
    groups: [...names.values()].map(inOrder).sort((a, b) => compare(a.join(), b.join())),
    wrong: [...left, ...wrong.flat()],
    registered: inOrder(registered.map(portOf)),
    ...(balancer ? { upstream: inOrder((await backends(balancer.machine)).map(portOf)) } : {}),
    instances: inOrder(instances),
  };
}

/** The units that hang on a target of coreship's, on all machines. */
export async function labUnits(): Promise<readonly LabUnit[]> {
  const known = await machines();
  const outputs = await scriptOnAll(listUnits);
  return outputs.flatMap((output, index) => {
    const machine = known[index];
    if (!machine) return [];
    return output
      .split('\n')
      .filter(Boolean)
      .map((line): LabUnit => {
        const [name = '', active = '', mainPid = '', hash = ''] = line.split(' ');
        return { machine, name, active, mainPid: Number(mainPid), hash };
      });
  });
}

/** The unit of that name, wherever it is. */
export async function labUnit(name: string): Promise<LabUnit> {
  const found = (await labUnits()).find((unit) => unit.name === name);
  if (!found) throw new Error(`${name} is on no machine`);
  return found;
}

/** Main process of each unit, by machine and name. */
export async function mainPids(): Promise<Readonly<Record<string, number>>> {
  const units = await labUnits();
  return Object.fromEntries(units.map(({ machine, name, mainPid }) => [`${machine.name} ${name}`, mainPid]));
}

/** Every path below /etc/systemd/system, a list a machine. */
export async function systemFiles(): Promise<readonly string[]> {
  return await scriptOnAll('find /etc/systemd/system -printf "%P %l\\n" | sort');
}

const listUnits = `
cd /etc/systemd/system
for link in coreship-*.target.wants/*; do
  [ -L "$link" ] || continue
  name=\${link##*/}
  state=$(systemctl show -p ActiveState --value -- "$name")
  echo "$name $state $(systemctl show -p MainPID --value -- "$name") $(sha256sum <"$name" | cut -c 1-64)"
done
`;

/** Temporary files, and unit files of the tutorial's that hang on no target. */
async function leftovers(): Promise<readonly string[]> {
  const outputs = await scriptOnAll(`
    cd /etc/systemd/system
    for file in .*.new apache* nginx_lb*; do
      if [ -e "$file" ] && [ ! -L coreship-*.target.wants/"$file" ]; then echo "$(hostname): $file is left over"; fi
    done`);
  return outputs.flatMap((output) => output.split('\n').filter(Boolean));
}

async function whatIsWrong(unit: LabUnit, project: string): Promise<readonly string[]> {
  const folder = unit.name.includes('@') ? 'instances' : 'static';
  const text = await readFile(join(project, folder, unit.name)).catch(() => undefined);
  const where = `${unit.machine.name}: ${unit.name}`;
  const hash = text && createHash('sha256').update(text).digest('hex');
  return [
    ...(unit.active === 'active' ? [] : [`${where} is ${unit.active}`]),
    ...(hash === unit.hash ? [] : [`${where} has another text than the project`]),
  ];
}

/** The registered values, in key order. */
export async function registrations(): Promise<readonly string[]> {
  const [first] = await machines();
  if (!first) return [];
  const words = ['env', 'ETCDCTL_API=3', 'etcdctl', 'get', '--prefix', '/services/', '--print-value-only'];
  return (await on(first, words)).split('\n').filter(Boolean);
}

async function backends(machine: LabMachine): Promise<readonly string[]> {
  const words = ['sudo', 'docker', 'exec', 'nginx_lb', 'confd-watch', 'status', '--json'];
  const { services } = JSON.parse(await on(machine, words)) as {
    services: Record<string, readonly string[]>;
  };
  return services['apache'] ?? [];
}

function portOf(value: string): string {
  return value.slice(value.lastIndexOf(':') + 1);
}

function inOrder(names: readonly string[]): readonly string[] {
  return [...names].sort(compare);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
