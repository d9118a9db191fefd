import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { faults } from '../../test/support/faults/faults.ts';

/** What a run of the bench is asked to do. */
export interface BenchOptions {
  /** Names of the faults to measure; all of them by default. */
  readonly faults: readonly string[];
  /** Folder of programs for the lab: confd for the load balancer's image, etcd and etcdctl for the machines. */
  readonly bin?: string;
  /** The API that registrations go through. */
  readonly api: 'v2' | 'v3';
  /** What follows etcd in the load balancer; by default what its image chooses. */
  readonly watcher?: string;
  /** Whether the tutorial's chain is measured after ours. */
  readonly tutorial: boolean;
  /** Name of the lab. */
  readonly lab: string;
  /** Whether the lab stays up. */
  readonly keep: boolean;
  /** Whether the steady state is measured too: a minute in which nothing changes. */
  readonly steady: boolean;
  /** Folder of the report. */
  readonly out: string;
}

/** What `--help` prints. */
export const usage = `npm run bench:faults -- [OPTION…]

  --fault NAME   only this fault (repeatable); steady is one too
  --bin DIR      folder with confd for the load balancer, etcd and etcdctl for the machines; default CORESHIP_LAB_BIN
  --api v2|v3    etcd's API for registrations (v3)
  --watcher NAME etcdctl, curl, confd or confd-fork; by default what the load balancer's image chooses
  --tutorial     measure the 2014 tutorial's own chain after ours, and compare; needs a confd 0.16 in --bin
  --lab NAME     the lab to use (bench)
  --keep         leave the lab up, so that the next run starts at once
  --out DIR      folder of faults.md, faults.json and faults.svg (docs)

faults: ${faults.map(({ name }) => name).join(' ')} steady
`;

/** @throws where a word is unknown */
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
  if (unknown !== undefined) throw new Error(`no fault ${unknown}; there are ${known.join(', ')}`);
  if (values.api !== 'v2' && values.api !== 'v3')
    throw new Error(`no API ${values.api}; there are v2 and v3`);
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
