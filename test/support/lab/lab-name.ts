/** A lab name for this process, short enough for any kind: two runs on one machine never share a lab. */
export function labNameOfRun(kind: 'tsa' | 'tsb' | 'tsl'): string {
  return `${kind}-${process.pid.toString(36)}`;
}

/** The process whose lab this is; nothing where it is no test's. */
export function pidOfLab(lab: string): number | undefined {
  const pid = /^ts[abl]-([0-9a-z]{1,5})$/.exec(lab)?.[1];
  return pid === undefined ? undefined : Number.parseInt(pid, 36);
}
