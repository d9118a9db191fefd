import { instances } from './chain.ts';
import { type Fault, withoutVictim } from './fault.ts';

/** Changes that somebody asks for: they should not be noticed at all. */
export const plannedChanges: readonly Fault[] = [
  {
    name: 'scale',
    title: 'planned: scale down, then up',
    strike: ({ chain, other }) => chain.scale([other.instance]),
    heal: ({ chain }) => chain.scale(instances),
    out: withoutVictim,
    lastsMs: 2_000,
  },
  {
    name: 'rolling-change',
    title: 'planned: rolling change of the main unit',
    strike: ({ chain }) => chain.changeMain(),
    lastsMs: 2_000,
  },
  {
    name: 'sidekick-change',
    title: 'planned: change of the registration settings',
    strike: ({ chain }) => chain.changeSidekick(),
    lastsMs: 2_000,
  },
  {
    name: 'only-sidekick-change',
    title: 'planned: change of the registration settings, one instance only',
    prepare: ({ chain, victim }) => chain.scale([victim.instance]),
    strike: ({ chain }) => chain.changeSidekick(),
    clear: ({ chain }) => chain.scale(instances),
    back: (list, { victim }) => list.length === 1 && list[0] === victim.value,
    lastsMs: 2_000,
  },
];
