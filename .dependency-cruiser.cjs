/**
 * Which room may import which other room, and which room may use which package.
 * docs/architecture.md explains the rooms and these rules.
 */
const rooms = {
  unit: [],
  placement: ['unit'],
  services: ['placement', 'unit'],
  plan: ['services', 'placement', 'unit'],
};

/** Pure rooms import only the rooms below them, `errors.ts` and `defined.ts`. */
const pureRooms = Object.entries(rooms).map(([room, below]) => ({
  name: `${room}-imports-only-downwards`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^src/', pathNot: [`^src/(${[room, ...below].join('|')})/`, '^src/(errors|defined)\\.ts$'] },
}));

/** Each of these packages is used in one room only. */
const packageRooms = Object.entries({
  yargs: 'cli/',
  listr2: 'cli/output/',
  ssh2: 'ssh/',
  undici: 'http/',
  etcd3: 'registry/',
  mustache: 'services/',
  zod: 'project/',
  yaml: 'project/',
  diff: 'plan/',
  leven: 'project/',
  'p-queue': 'limiter.ts',
}).map(([name, room]) => ({
  name: `${name}-only-in-${room.replace(/\/$/, '').replace('/', '-')}`,
  severity: 'error',
  from: { path: '^src/', pathNot: `^src/${room}` },
  to: { path: `^node_modules/(@types/)?${name}/` },
}));

module.exports = {
  forbidden: [
    ...pureRooms,
    ...packageRooms,
    {
      name: 'http-only-for-fleet-and-registry',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(http|engines/fleet|registry)/' },
      to: { path: '^src/http/' },
    },
    {
      name: 'http-knows-no-room',
      severity: 'error',
      from: { path: '^src/http/' },
      to: { path: '^src/', pathNot: '^src/(http/|(defined|limiter|with-timeout)\\.ts$)' },
    },
    {
      name: 'pure-rooms-touch-nothing',
      severity: 'error',
      from: { path: '^src/(unit|placement|services|plan)/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'unit-files-never-through-ini',
      severity: 'error',
      from: { path: '^src/(unit|placement|services|plan|project|rollout)/' },
      to: { path: '^node_modules/(@types/)?ini/' },
    },
    {
      name: 'only-open-cluster-builds-adapters',
      severity: 'error',
      from: {
        path: '^src/(cli|rollout|project|plan)/',
        pathNot: '^src/cli/(cluster/open-cluster|cluster/open-registry)\\.ts$',
      },
      to: {
        path: '^src/(engines/(systemd|fleet)|registry|ssh)/.*(engine|registry|client|connect)\\.ts$',
        pathNot: '^src/engines/engine\\.ts$|^src/registry/registry\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'only-open-cluster-opens-registries',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/cluster/open-cluster\\.ts$' },
      to: { path: '^src/cli/cluster/open-registry\\.ts$' },
    },
    {
      name: 'no-room-imports-the-command-line',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(cli/|bin\\.ts|index\\.ts)' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'only-bin-and-index-are-entries',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^src/index\\.ts$' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'src-never-imports-test-or-bench',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench)/' },
    },
    {
      name: 'bench-imports-only-test-support',
      severity: 'error',
      from: { path: '^bench/' },
      to: { path: '^test/', pathNot: '^test/support/' },
    },
    {
      name: 'tests-never-import-bench',
      severity: 'error',
      from: { path: '^test/' },
      to: { path: '^bench/' },
    },
    {
      name: 'test-support-imports-no-tests',
      severity: 'error',
      from: { path: '^test/support/' },
      to: { path: '\\.test\\.ts$' },
    },
    { name: 'nothing-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
