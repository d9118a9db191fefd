import { reasonsBetween } from '../placement/reasons-against.ts';
import type { UnitGroup } from '../services/unit-groups.ts';
import { compareText } from '../unit/compare.ts';
import type { Draft } from './add-steps.ts';
import { changeActions } from './change-actions.ts';

/**
 * Service by service; within one, what adds capacity before what takes it. Only what has no room beside what leaves its
 * machine waits for that, and then follows at once: as many instances as possible serve all the time.
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

/** The first of the service in hand that has room; else what makes room for it; else, where all wait for each other, any. */
function nextOf(pending: readonly Draft[], obstacles: ReadonlyMap<Draft, readonly Draft[]>): number {
  const waitsFor = (draft: Draft) => (obstacles.get(draft) ?? []).filter((other) => pending.includes(other));
  const isFree = (draft: Draft): boolean => waitsFor(draft).length === 0;
  const inHand = pending.filter(({ change }) => change.service === pending[0]?.change.service);
  const next = inHand.find(isFree) ?? inHand.flatMap(waitsFor).find(isFree);
  return next ? pending.indexOf(next) : 0;
}

/** What has to leave a machine before a draft's group may be there. */
function obstaclesOf(draft: Draft, drafts: readonly Draft[]): readonly Draft[] {
  const { arriving, change } = draft;
  if (!arriving) return [];
  return drafts.filter((other) => {
    if (other === draft || !other.leaving) return false;
    const from = other.change.from ?? other.change.machine;
    return from.id === change.machine.id && areApart(arriving, other.leaving);
  });
}

function areApart(one: UnitGroup, other: UnitGroup): boolean {
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
