import { reasonsBetween } from '../placement/reasons-against.ts';
import type { UnitGroup } from '../services/unit-groups.ts';
import { compareText } from '../unit/compare.ts';
import { changeActions } from './change-actions.ts';
import type { Draft } from './draft.ts';

/**
 * Service by service; within one, what adds capacity comes before what takes it away. Only an instance that conflicts
 * with one that leaves its machine waits for that, and then follows at once: as many as possible serve all the time.
 */
export function orderDrafts(drafts: readonly Draft[], services: readonly string[]): readonly Draft[] {
  const pending = byRank(drafts, services);
  const obstacles = new Map(pending.map((draft) => [draft, obstaclesOf(draft, pending)]));
  const ordered: Draft[] = [];
  while (pending.length > 0) {
    const index = nextOf(pending, obstacles);
    ordered.push(...pending.splice(index, 1));
  }
  return ordered;
}

/** The first draft of the current service that is free; else one that makes room for it; else, in a circle, the first. */
function nextOf(pending: readonly Draft[], obstacles: ReadonlyMap<Draft, readonly Draft[]>): number {
  const waitsFor = (draft: Draft) => (obstacles.get(draft) ?? []).filter((other) => pending.includes(other));
  const isFree = (draft: Draft): boolean => waitsFor(draft).length === 0;
  const current = pending.filter(({ change }) => change.service === pending[0]?.change.service);
  const next = current.find(isFree) ?? current.flatMap(waitsFor).find(isFree);
  return next ? pending.indexOf(next) : 0;
}

/** What has to leave a machine before a draft's instance may be there. */
function obstaclesOf(draft: Draft, drafts: readonly Draft[]): readonly Draft[] {
  const { arriving, change } = draft;
  if (!arriving) return [];
  return drafts.filter((other) => {
    if (other === draft || !other.leaving) return false;
    const { group, machine } = other.leaving;
    return machine.id === change.machine.id && conflicts(arriving.group, group);
  });
}

function conflicts(one: UnitGroup, other: UnitGroup): boolean {
  return one.units.some((unit) =>
    other.units.some((neighbour) => reasonsBetween(unit, neighbour).length > 0),
  );
}

function byRank(drafts: readonly Draft[], services: readonly string[]): Draft[] {
  return [...drafts].sort(
    ({ change: a }, { change: b }) =>
      services.indexOf(a.service) - services.indexOf(b.service) ||
      changeActions[a.action].rank - changeActions[b.action].rank ||
      compareText(a.unit, b.unit) ||
      compareText(a.machine.name, b.machine.name),
  );
}
