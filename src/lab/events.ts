/** The parts of `lab up` and `lab down`, in the order in which they happen. */
export type LabStep = 'packages' | 'base' | 'network' | 'machines' | 'images' | 'fleet' | 'clean';

/** What happens while a lab is worked on. This room never prints; `cli/output` does. */
export type LabEvent =
  | { readonly type: 'step-started'; readonly step: LabStep; readonly text: string }
  | { readonly type: 'step-done'; readonly step: LabStep; readonly text: string }
  /** One line for a person: what a step does at the moment, or what it waits for. */
  | { readonly type: 'detail'; readonly step: LabStep; readonly text: string };

/** Receives the events of one run. */
export type EmitLabEvent = (event: LabEvent) => void;

/** What a command on a lab may be given: who hears of its events, and how it is interrupted. */
export interface LabRun {
  readonly emit?: EmitLabEvent;
  readonly signal?: AbortSignal | undefined;
}

/** Runs one step between its two events. A step that fails has no `step-done`. */
export async function runStep<T>(
  emit: EmitLabEvent,
  step: LabStep,
  text: string,
  work: () => Promise<T>,
): Promise<T> {
  emit({ type: 'step-started', step, text });
  const result = await work();
  emit({ type: 'step-done', step, text });
  return result;
}
