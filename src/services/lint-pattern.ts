import type { Problem } from '../errors.ts';
import { expandSpecifiers } from '../unit/specifiers.ts';
import { type LocatedOption, locatedOptionsOf } from '../unit/unit-file.ts';
import type { ParsedUnit } from './parsed-unit.ts';

/** Valid options that cause trouble in the pattern of main unit and sidekick. All are warnings, since the units run. */
export function lintPattern(units: readonly UnitOfFile[]): readonly Problem[] {
  const read = units.map((unit) => ({ ...unit, options: locatedOptionsOf(unit.unit) }));
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
          warn(
            option,
            'kill-mode-none',
            'KillMode=none leaves processes behind; systemd deprecates it',
            hint,
          ),
        ];
      }
      if (option.name !== 'Requires') return [];
      const sidekick = read.find(({ name }) => namesIn(option, unit.name).includes(name));
      const back = sidekick?.options.some(
        (other) => bindings.includes(other.name) && namesIn(other, sidekick.name).includes(unit.name),
      );
      const leads = sidekick?.options.some(({ name }) => /MachineOf$/.test(name));
      if (!sidekick || !back || !leads) return [];
      const message = `requires ${sidekick.name}, which is bound to it: a restart of either restarts the other`;
      return [
        warn(option, 'requires-both-ways', message, 'write Wants=, which starts the sidekick again as well'),
      ];
    });
  });
}

/** A parsed unit and the name of its file in problems. */
type UnitOfFile = Pick<ParsedUnit, 'name' | 'unit'> & { readonly file: string };

const bindings = ['Requires', 'BindsTo'];

/** The units an option names; in a template, their templates. */
function namesIn({ value }: LocatedOption, unit: string): readonly string[] {
  const text = unit.includes('@.') ? value.replaceAll('%i', '') : expandSpecifiers(value, unit);
  return text.split(/\s+/);
}
