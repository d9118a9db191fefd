import type { Problem } from '../errors.ts';
import { readUnit } from '../unit/parse.ts';
import { expandSpecifiers } from '../unit/specifiers.ts';
import { type LocatedOption, locatedOptionsOf } from '../unit/unit-file.ts';
import type { UnitText } from './unit-groups.ts';

/** A unit with the file it is in, for problems. */
export interface FiledUnit extends UnitText {
  readonly file: string;
}

/** What is valid and still goes wrong in the pattern of main unit and sidekick; all as warnings, for it runs. */
export function lintPattern(units: readonly FiledUnit[]): readonly Problem[] {
  const read = units.map((unit) => ({
    ...unit,
    options: locatedOptionsOf(readUnit(unit.text, unit.file).file),
  }));
  return read.flatMap((unit) => {
    const warn = (option: LocatedOption, rule: string, message: string, hint: string): Problem => {
      const where = {
        file: unit.file,
        ...(option.line === undefined ? {} : { line: option.line, column: 1 }),
      };
      return { rule, severity: 'warning', message, hint, where };
    };
    return unit.options.flatMap((option) => {
      if (option.section === 'Service' && option.name === 'KillMode' && option.value === 'none') {
        const hint = 'leave it out, and let ExecStop= stop the container';
        return [
          warn(option, 'kill-mode-none', 'KillMode=none leaves processes behind; systemd gives it up', hint),
        ];
      }
      if (option.name !== 'Requires') return [];
      const sidekick = read.find(({ name }) => namesIn(option, unit.name).includes(name));
      const back = sidekick?.options.some(
        (other) => bindings.includes(other.name) && namesIn(other, sidekick.name).includes(unit.name),
      );
      const leads = sidekick?.options.some(({ name }) => /MachineOf$/.test(name));
      if (!sidekick || !back || !leads) return [];
      const message = `requires ${sidekick.name}, which is bound to it: a restart of the one restarts the other`;
      return [
        warn(option, 'requires-both-ways', message, 'write Wants=, which brings the sidekick back as well'),
      ];
    });
  });
}

const bindings = ['Requires', 'BindsTo'];

/** The units an option names; a template's stand for their templates. */
function namesIn({ value }: LocatedOption, unit: string): readonly string[] {
  const text = unit.includes('@.') ? value.replaceAll('%i', '') : expandSpecifiers(value, unit);
  return text.split(/\s+/);
}
