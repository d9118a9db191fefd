import { describe, expect, it } from 'vitest';
import type { Command, CommandEntry } from '../../src/cli/command.ts';
import { commandTable } from '../../src/cli/command-table.ts';

const loadable = commandTable.flatMap(function flatten(entry: CommandEntry): readonly CommandEntry[] {
  return 'subcommands' in entry ? entry.subcommands.flatMap(flatten) : [entry];
});

describe('the usage of a command', () => {
  it.each(loadable.flatMap((entry) => ('load' in entry ? [entry] : [])))(
    'names the arguments that it declares: $usage',
    async ({ usage, load }) => {
      const { command } = await load();
      expect(usage.split(' ').slice(1)).toEqual(declaredUsage(command));
    },
  );
});

/** Positional arguments as a usage writes them: `<service>`, `[instance..]`. */
function declaredUsage({ positionals }: Command): readonly string[] {
  return Object.entries(positionals).map(([name, { required, array }]) => {
    const word = `${name}${array ? '..' : ''}`;
    return required ? `<${word}>` : `[${word}]`;
  });
}
