import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { parseUnit } from '../../src/unit/parse.ts';
import { quoteScript } from '../../src/unit/quote-script.ts';
import { splitWords } from '../support/split-words.ts';
import { effectiveValues } from '../support/values-of.ts';

/** The script as sh gets it from systemd, out of a unit file. */
function arriving(script: string, dialect: 'systemd' | 'fleet' = 'systemd'): string {
  const file = parseUnit(`[Service]\nExecStart=/bin/sh -c ${quoteScript(script)}\n`, { dialect });
  const [value = ''] = effectiveValues(file, 'Service', 'ExecStart');
  const [shell, flag, word = '', ...rest] = splitWords(value);
  expect([shell, flag, rest]).toEqual(['/bin/sh', '-c', []]);
  return word.replaceAll('%%', '%').replaceAll('$$', '$');
}

function run(script: string): string {
  const { stdout, stderr, status } = spawnSync('/bin/sh', ['-c', script], { encoding: 'utf8' });
  return `${stdout}${stderr}${status}`;
}

const scripts: Readonly<Record<string, string>> = {
  'one line': 'echo hello',
  'quotes, backslashes, variables, specifiers': `x='a b'; echo "$x" "it's" '\\n' 50% "\${x#a}" "$$" >/dev/null; printf '%s\\n' "$x";`,
  'loops and branches that join with a space': `
    for i in 1 2 3; do
      if [ "$i" = 2 ]; then
        echo two;
      else
        echo "not two";
      fi;
    done`,
  'lines that need their newline': `
    greet() {
      echo "hello $1"
    }
    greet a
    greet b &&
      greet c ||
      greet d
    echo x |
      tr x y
    wait`,
  'case with patterns': `
    case abc in
      a*) echo starts
        ;;
      b) echo b;;
      *)
        echo other ;;
    esac
    echo done`,
  'comments at the start of a line and behind code': `
    # set up; do
    echo a # then a comment;
    echo b;   # and do
    echo '#no comment';
    echo c#d`,
  'a word that looks like a keyword': `
    echo what we do
    echo then
    echo {
    echo 'a;'
    echo a\\;
    echo next`,
  'lines that go on after a backslash': `
    printf '%s-%s\\n' \\
      one \\
      two
    echo three`,
  'a line that starts with a semicolon or a tab': 'echo a\n;:\n\techo b\n',
  'exit status': 'false\nexit 3',
};

describe('quoteScript', () => {
  it.each(Object.entries(scripts))('%s: does the same after travelling in a unit', (_, script) => {
    expect(run(arriving(script))).toBe(run(script));
    expect(arriving(script, 'fleet')).toBe(arriving(script));
  });

  it('is readable: a script line a line, indented, joined with a backslash', () => {
    const script = 'while :; do\n  # wait\n  sleep "$interval";\n\n  echo \'50%\'\ndone';
    expect(quoteScript(script)).toBe(
      ["'\\", '  while :; do \\', '    sleep "$$interval"; \\', "    echo \\'50%%\\'\\n\\", "  done'"].join(
        '\n',
      ),
    );
  });

  it('refuses a line that fleet would refuse', () => {
    expect(() => quoteScript(`echo ${'x'.repeat(2030)}\necho`)).not.toThrow();
    expect(() => quoteScript(`echo a\necho ${'x'.repeat(2048)}\necho`)).toThrow(
      /script line of 20\d\d bytes: echo xxx/,
    );
  });

  it('refuses a NUL', () => {
    expect(() => quoteScript('echo \0')).toThrow(/NUL/);
  });
});
