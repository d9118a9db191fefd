/** A machine of the cluster, as far as placement cares. */
export interface Machine {
  /** Its machine-id. */
  readonly id: string;
  /** What people call it; the id where absent. */
  readonly name?: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What people call a machine. */
export function machineLabel(machine: Machine): string {
  return machine.name ?? machine.id;
}
