import { logicalValue, optionsOf, type UnitFile } from '../../src/unit/unit-file.ts';

/** The values assigned to an option, in order, as written: with empty assignments and `\` line breaks. */
export function valuesOf(file: UnitFile, section: string, name: string): readonly string[] {
  return optionsOf(file)
    .filter((option) => option.section === section && option.name === name)
    .map((option) => option.value);
}

/**
 * The values that count for a list option: lines joined, and only what follows the last empty assignment, which
 * resets the list (systemd.syntax(7)). For an option that holds one value, the last of these is the one.
 */
export function effectiveValues(file: UnitFile, section: string, name: string): readonly string[] {
  const values = valuesOf(file, section, name).map(logicalValue);
  return values.slice(values.lastIndexOf('') + 1);
}
