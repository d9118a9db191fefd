import type { Engine } from '../engines/engine.ts';

/** Journal lines shown of each unit. */
const journalLines = 10;

/** The last journal lines of units, for an error. A journal that cannot be read is empty. */
export async function journalsOf(
  engine: Engine,
  machine: string,
  units: readonly string[],
): Promise<readonly string[]> {
  const journals = await Promise.all(
    units.map(async (unit) => {
      const lines = await engine.journal(machine, unit, journalLines).catch(() => []);
      return [`last lines of ${unit}:`, ...lines.map((line) => `  ${line}`)];
    }),
  );
  return journals.flat();
}
