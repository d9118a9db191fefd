import { setTimeout as sleep } from 'node:timers/promises';
import { type SentRequest, startLoad } from '../../test/integration/support/load.ts';
import { until } from '../../test/integration/support/until.ts';
import type { Fault } from './fault.ts';
import { isWhole, type Rig } from './rig.ts';
import { countReloads, type Sight, startWatch } from './watch.ts';

/** What was seen around one fault. Times are in milliseconds since the fault began. */
export interface Measured {
  readonly fault: string;
  readonly title: string;
  readonly requests: readonly SentRequest[];
  /** When its undoing began; absent where nothing is undone. */
  readonly healed?: number;
  /** When the served list first showed the fault; absent where it never did, or did before. */
  readonly out?: number;
  /** When the served list was right again for good. */
  readonly back?: number;
  /** How often nginx was reloaded. */
  readonly reloads: number;
  /** The load balancer's own answers, each different from the one before. */
  readonly answers: readonly { readonly at: number; readonly answer: string }[];
}

/** How long to look before and after, and how long to wait for what should happen. Milliseconds. */
export interface Patience {
  readonly lead: number;
  readonly tail: number;
  /** For the list to show the fault, and for all to be back. */
  readonly change: number;
}

/** Makes a fault happen under load, and sees it through. */
export async function measure(fault: Fault, rig: Rig, patience: Patience): Promise<Measured> {
  await fault.prepare?.(rig);
  const watch = await startWatch(rig);
  const load = startLoad(rig.balancer.address);
  let began = 0;
  let healed: number | undefined;
  let requests: readonly SentRequest[];
  try {
    await sleep(patience.lead);
    began = Date.now();
    await fault.strike(rig);
    const { out } = fault;
    if (out) await seen(watch.sights, began, (list) => out(list, rig), patience.change);
    await sleep(Math.max(0, began + (fault.lastsMs ?? 4_000) - Date.now()));
    if (fault.heal) {
      healed = Date.now();
      await fault.heal(rig);
    }
    await seen(
      watch.sights,
      healed ?? Date.now() - 1_000,
      (list) => isBack(fault, list, rig),
      patience.change,
    );
    await sleep(patience.tail);
  } finally {
    ({ requests } = await load.stop());
    await watch.stop();
    await fault.clear?.(rig);
  }
  return digest(fault, rig, { began, healed, sights: watch.sights, requests });
}

/** Whether the list is as it should be after the fault. */
function isBack(fault: Fault, list: readonly string[], rig: Rig): boolean {
  return fault.back ? fault.back(list, rig) : isWhole(list, rig);
}

/** Waits for a sight, or for the end of one's patience: what never came is a result too. */
async function seen(
  sights: readonly Sight[],
  from: number,
  test: (list: readonly string[]) => boolean,
  timeoutMs: number,
): Promise<void> {
  const look = async (): Promise<object | string> => {
    return sights.find(({ at, list }) => at >= from && list && test(list)) ?? 'not seen';
  };
  await until(look, timeoutMs).catch(() => undefined);
}

interface Raw {
  readonly began: number;
  readonly healed: number | undefined;
  readonly sights: readonly Sight[];
  readonly requests: readonly SentRequest[];
}

function digest(fault: Fault, rig: Rig, { began, healed, sights, requests }: Raw): Measured {
  const after = sights.filter(({ at }) => at >= began);
  // Without a list of its own to look for, a fault shows where the list is not as it should be.
  const shows = (list: readonly string[]): boolean =>
    fault.out ? fault.out(list, rig) : !isBack(fault, list, rig);
  // What the list showed before as well is no sign of the fault.
  const before = sights.findLast(({ at, list }) => at < began && list);
  const out =
    before?.list && shows(before.list)
      ? undefined
      : after.find(({ list }) => (list ? shows(list) : !fault.out));
  const lastWrong = after.findLastIndex(({ at, list }) => {
    return at < (healed ?? 0) || list === undefined || !isBack(fault, list, rig);
  });
  const back = after[lastWrong + 1];
  return {
    fault: fault.name,
    title: fault.title,
    requests: requests.map((request) => ({ ...request, at: request.at - began })),
    ...(healed === undefined ? {} : { healed: healed - began }),
    ...(out ? { out: out.at - began } : {}),
    ...(back ? { back: back.at - began } : {}),
    reloads: countReloads(after),
    answers: after
      .filter(({ answer }, index) => answer !== after[index - 1]?.answer)
      .map(({ at, answer }) => ({ at: at - began, answer: answer.slice(0, 500) })),
  };
}
