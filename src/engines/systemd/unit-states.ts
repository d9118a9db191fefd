import { parseActiveState, type UnitState } from '../../plan/unit-state.ts';

/** A unit as `systemctl show` describes it: its state, and where systemd read it from. */
export interface ShownUnit {
  readonly state: UnitState;
  /** The unit's name and its aliases. */
  readonly names: readonly string[];
  /** The LoadState: `loaded`, `not-found`, `masked`, `bad-setting`. */
  readonly load: string;
  /** Path of the file that systemd read; empty if there is none. */
  readonly fragment: string;
}

/**
 * Parses the output of `systemctl show` for several units: a block of properties for each (systemctl(1)). A unit that was
 * asked for twice is printed twice, and returned once.
 */
export function readStates(output: string): readonly ShownUnit[] {
  const blocks = output.split('\n\n').filter((block) => block.trim() !== '');
  const units = new Map(blocks.map(readBlock).map((unit) => [unit.state.name, unit]));
  return [...units.values()];
}

function readBlock(block: string): ShownUnit {
  const properties = new Map(
    block
      .split('\n')
      .filter((line) => line.includes('='))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  const text = (name: string): string => properties.get(name) ?? '';
  return {
    state: {
      name: text('Id'),
      active: parseActiveState(text('ActiveState')),
      sub: text('SubState'),
      result: text('Result'),
      mainPid: Number(text('MainPID')),
      restarts: Number(text('NRestarts')),
      queued: !['', '0'].includes(text('Job')),
      reloadNeeded: text('NeedDaemonReload') === 'yes',
    },
    names: text('Names').split(' '),
    load: text('LoadState'),
    fragment: text('FragmentPath'),
  };
}
