import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { faults } from '../../test/support/faults/faults.ts';

/** The options of one run of the bench. */
export interface BenchOptions {
  /** Names of the faults to measure; all of them by default. */
  readonly faults: readonly string[];
  /** Folder with programs for the lab: confd for the load balancer's image, etcd and etcdctl for the machines. */
  readonly bin?: string;
  /** etcd's API for registrations. */
  readonly api: 'v2' | 'v3';
  /** The load balancer's watcher. Default: the one its image chooses. */
  readonly watcher?: string;
  /** Whether to measure the tutorial's chain as well, after ours. */
  readonly tutorial: boolean;
  /** Name of the lab. */
  readonly lab: string;
  /** Whether to leave the lab up. */
  readonly keep: boolean;
  /** Whether to measure the steady state too: one minute without changes. */
  readonly steady: boolean;
  /** Folder for the report. */
  readonly out: string;
}

/** The text of `--help`. */
export const usage = `npm run bench:faults -- [OPTION…]

  --fault NAME   measure only this fault (repeatable); steady measures the steady state
  --bin DIR      folder with confd for the load balancer, etcd and etcdctl for the machines; default CORESHIP_LAB_BIN
  --api v2|v3    etcd's API for registrations (v3)
  --watcher NAME etcdctl, curl, confd or confd-fork; default: the one that the load balancer's image chooses
  --tutorial     measure the tutorial of 2014 as well, after ours, and compare; needs confd 0.16 in --bin
  --lab NAME     the lab to use (bench)
  --keep         leave the lab up, so that the next run starts quickly
  --out DIR      folder for faults.md, faults.json and faults.svg (docs)

faults: ${faults.map(({ name }) => name).join(' ')} steady
`;

/** @throws Error where an option, a fault or an API is unknown */
export function readOptions(words: readonly string[], env: NodeJS.ProcessEnv): BenchOptions | 'help' {
  const { values } = parseArgs({
    args: [...words],
    options: {
      fault: { type: 'string', multiple: true, default: [] },
      bin: { type: 'string', default: env['CORESHIP_LAB_BIN'] ?? '' },
      api: { type: 'string', default: 'v3' },
      watcher: { type: 'string', default: '' },
      tutorial: { type: 'boolean', default: false },
      lab: { type: 'string', default: 'bench' },
      keep: { type: 'boolean', default: false },
      out: { type: 'string', default: resolve(import.meta.dirname, '../../docs') },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const known = ['steady', ...faults.map(({ name }) => name)];
  const unknown = values.fault.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`unknown fault ${unknown}; known faults: ${known.join(', ')}`);
  if (values.api !== 'v2' && values.api !== 'v3') throw new Error(`unknown API ${values.api}; use v2 or v3`);
  return {
    faults: values.fault,
    ...(values.bin === '' ? {} : { bin: resolve(values.bin) }),
    api: values.api,
    ...(values.watcher === '' ? {} : { watcher: values.watcher }),
    tutorial: values.tutorial,
    lab: values.lab,
    keep: values.keep,
    steady: values.fault.length === 0 || values.fault.includes('steady'),
    out: resolve(values.out),
  };
}
