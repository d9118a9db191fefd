import { readRules } from '../placement/read-rules.ts';
import type { PlacementRules } from '../placement/rules.ts';
import { readUnit } from '../unit/parse.ts';
import { optionsOf, type UnitFile } from '../unit/unit-file.ts';

/** A unit whose text is parsed, once, where it is read. */
export interface ParsedUnit {
  readonly name: string;
  /** Byte for byte as it was read. */
  readonly text: string;
  readonly unit: UnitFile;
  /** Where it may run. Specifiers in them stand for this unit's name. */
  readonly rules: PlacementRules;
}

/** Parses the text of a unit. Lines that cannot be read are left out: a text on a machine may be anything. */
export function parseUnitText(name: string, text: string): ParsedUnit {
  return toParsedUnit(name, { text, unit: readUnit(text, name).file });
}

/** Makes a unit of a text that is parsed already: one that was just read, or a template that gets an instance's name. */
export function toParsedUnit(name: string, { text, unit }: Pick<ParsedUnit, 'text' | 'unit'>): ParsedUnit {
  return { name, text, unit, rules: readRules(optionsOf(unit), name) };
}
