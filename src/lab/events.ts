/** The parts of `lab up` and `lab down`, in the order in which a person meets them. */
export type LabStep = 'packages' | 'base' | 'network' | 'machines' | 'images' | 'fleet' | 'clean';

/** What a lab tells while it works. The room never prints; `cli/output` does. */
export interface LabEvent {
  readonly type: 'step-started' | 'step-done' | 'detail';
  readonly step: LabStep;
  /** One line for a person. */
  readonly text: string;
}

/** Receives the events of one run. */
export type EmitLabEvent = (event: LabEvent) => void;

/** Runs one step between its two events; a step that fails ends without `step-done`. */
export async function inStep<T>(
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
