import { describe, expect, it } from 'vitest';
import { lintPattern } from '../../src/services/lint-pattern.ts';
import { parseUnitText } from '../../src/services/parsed-unit.ts';

const unit = (name: string, text: string) => ({ ...parseUnitText(name, text), file: name });
const sidekick = unit(
  'web-announce@.service',
  '[Unit]\nBindsTo=web@%i.service\n\n[X-Fleet]\nX-ConditionMachineOf=web@%i.service\n',
);

describe('what goes wrong in the pattern of main unit and sidekick', () => {
  const rows = [
    {
      name: 'a main unit that leaves processes behind',
      text: '[Service]\nKillMode=none\n',
      rules: ['2 kill-mode-none'],
    },
    { name: 'KillMode= of another kind', text: '[Service]\nKillMode=mixed\n', rules: [] },
    {
      name: 'Requires both ways',
      text: '[Unit]\nRequires=web-announce@%i.service\n',
      rules: ['2 requires-both-ways'],
    },
    { name: 'Wants instead', text: '[Unit]\nWants=web-announce@%i.service\n', rules: [] },
    { name: 'Requires of something else', text: '[Unit]\nRequires=docker.service\n', rules: [] },
  ];
  it.each(rows)('$name', ({ text, rules }) => {
    const found = lintPattern([unit('web@.service', text), sidekick]);
    expect(found.map(({ rule, where }) => `${where?.line} ${rule}`)).toEqual(rules);
    expect(found.every(({ severity }) => severity === 'warning')).toBe(true);
  });

  it('knows instances by their own names', () => {
    const main = unit('web@1.service', '[Unit]\nRequires=web-announce@1.service\n');
    const own = unit('web-announce@1.service', sidekick.text);
    expect(lintPattern([main, own]).map(({ rule }) => rule)).toEqual(['requires-both-ways']);
    expect(lintPattern([unit('web@2.service', main.text), own])).toEqual([]);
  });
});
