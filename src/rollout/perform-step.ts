import type { Clock } from '../clock.ts';
import { defined } from '../defined.ts';
import { assertNever } from '../errors.ts';
import type { Step } from '../plan/plan.ts';
import { journalsOf } from './journals.ts';
import type { RolloutPorts } from './ports.ts';
import { probeActive } from './probe-active.ts';
import { probeRegistered, probeUnregistered, whyUnregistered } from './probe-registered.ts';
import { probeAnswering, probeServed, probeUnserved } from './probe-served.ts';
import { type Diagnosis, type Probe, type WaitWatch, waitUntil } from './wait-until.ts';

/** Milliseconds for registry and load balancers to follow: longer than a lease, and than a slow read of the lists. */
const followTimeoutMs = 60_000;

/** Performs one step of a plan, or waits for what it waits for. */
export async function performStep(step: Step, ports: RolloutPorts, watch: WaitWatch): Promise<void> {
  const { engine, clock } = ports;
  const follow = (what: string, probe: Probe, diagnose?: () => Promise<Diagnosis>): Promise<void> =>
    waitUntil(probe, defined({ what, timeoutMs: followTimeoutMs, clock, watch, diagnose }));
  const journals = (machine: string, units: readonly string[]) => async (): Promise<Diagnosis> => ({
    details: await journalsOf(engine, machine, units),
  });
  switch (step.kind) {
    case 'install':
      return engine.install(step.machine.id, step.units);
    case 'start':
      return engine.start(step.machine.id, step.units);
    case 'stop':
      return engine.stop(step.machine.id, step.units);
    case 'remove':
      return engine.remove(step.machine.id, step.units);
    case 'drain':
      return drain(step.seconds * 1000, clock, watch);
    case 'wait-active': {
      const what = `${step.units.join(', ')} on ${step.machine.name} active`;
      const timeoutMs = step.timeoutSeconds * 1000;
      const diagnose = journals(step.machine.id, step.units);
      return waitUntil(probeActive(engine, step), { what, timeoutMs, clock, watch, diagnose });
    }
    case 'wait-registered':
      return follow(`${step.entry.key} registered`, probeRegistered(ports, step), () =>
        whyUnregistered(engine, step),
      );
    case 'wait-unregistered':
      return follow(`${step.entry.key} deregistered`, probeUnregistered(ports, step.entry));
    case 'wait-served':
      return follow(`${step.entry.value} served`, probeServed(ports, step));
    case 'wait-unserved':
      return follow(`${step.entry.value} no longer served`, probeUnserved(ports, step));
    case 'wait-answering':
      return follow(
        `${step.balancer.unit} answering`,
        probeAnswering(engine, step.balancer),
        journals(step.balancer.machine.id, [step.balancer.unit]),
      );
    default:
      return assertNever(step);
  }
}

/** Sleeps in slices, so that an interrupt ends it soon. */
async function drain(milliseconds: number, clock: Clock, watch: WaitWatch): Promise<void> {
  const end = clock.now() + milliseconds;
  for (let left = milliseconds; left > 0; left = end - clock.now()) {
    watch.throwIfStopped();
    await clock.sleep(Math.min(left, 200));
  }
}
