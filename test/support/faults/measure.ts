import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../eventually.ts';
import { type SentRequest, startLoad } from '../load.ts';
import type { Fault } from './fault.ts';
import { isWhole, type Rig } from './rig.ts';
import { countReloads, type Sample, startWatch } from './watch.ts';

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

/** How long to measure before and after a fault, and how long to wait for its effects. */
export interface MeasureTimes {
  readonly leadMs: number;
  readonly tailMs: number;
  /** Time-out for the list to show the fault, and for all to be back. */
  readonly changeMs: number;
}

/** Makes a fault happen under load, and sees it through. */
export async function measure(fault: Fault, rig: Rig, times: MeasureTimes): Promise<Measured> {
  await fault.prepare?.(rig);
  const watch = await startWatch(rig);
  const load = startLoad(rig.balancer.address);
  let began = 0;
  let healed: number | undefined;
  let requests: readonly SentRequest[];
  try {
    await sleep(times.leadMs);
    began = Date.now();
    await fault.strike(rig);
    const { out } = fault;
    if (out) await awaitSample(watch.samples, began, (list) => out(list, rig), times.changeMs);
    await sleep(Math.max(0, began + (fault.lastsMs ?? 4_000) - Date.now()));
    if (fault.heal) {
      healed = Date.now();
      await fault.heal(rig);
    }
    await awaitSample(
      watch.samples,
      healed ?? Date.now() - 1_000,
      (list) => isBack(fault, list, rig),
      times.changeMs,
    );
    await sleep(times.tailMs);
  } finally {
    ({ requests } = await load.stop());
    await watch.stop();
    await fault.clear?.(rig);
  }
  return digest(fault, rig, { began, healed, samples: watch.samples, requests });
}

/** Whether the list is as it should be after the fault. */
function isBack(fault: Fault, list: readonly string[], rig: Rig): boolean {
  return fault.back ? fault.back(list, rig) : isWhole(list, rig);
}

/** Waits for a sample, or for the time-out: a list that never came is a result too. */
async function awaitSample(
  samples: readonly Sample[],
  from: number,
  test: (list: readonly string[]) => boolean,
  timeoutMs: number,
): Promise<void> {
  const seen = () => samples.some(({ at, list }) => at >= from && list && test(list));
  await eventually(seen, 'a list', { timeoutMs }).catch(() => undefined);
}

interface Raw {
  readonly began: number;
  readonly healed: number | undefined;
  readonly samples: readonly Sample[];
  readonly requests: readonly SentRequest[];
}

function digest(fault: Fault, rig: Rig, { began, healed, samples, requests }: Raw): Measured {
  const after = samples.filter(({ at }) => at >= began);
  // Without a list of its own to look for, a fault shows where the list is not as it should be.
  const shows = (list: readonly string[]): boolean =>
    fault.out ? fault.out(list, rig) : !isBack(fault, list, rig);
  // What the list showed before as well is no sign of the fault.
  const before = samples.findLast(({ at, list }) => at < began && list);
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
