/** Milliseconds of processor time that some work takes: how busy the machine is makes it no longer. */
export function cpuTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
