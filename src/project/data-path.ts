/** Path inside data: keys and list positions. */
export type DataPath = readonly PropertyKey[];

/** Writes a path as people do: `services.apache.ports[0].host`. */
export function formatPath(path: DataPath): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index > 0 ? '.' : ''}${String(step)}`))
    .join('');
}
