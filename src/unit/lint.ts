import type { Problem } from '../errors.ts';
import { byteLength, endsInLoneBackslash, type PhysicalLine, physicalLines } from './lines.ts';
import { readUnit } from './parse.ts';
import { fleetLineLimit } from './read-fleet-dialect.ts';
import { canonicalText } from './serialise.ts';
import { locatedOptionsOf, type UnitFile } from './unit-file.ts';

/**
 * What is wrong with the text of a unit file: lines that systemd would drop, and places that systemd and fleet read
 * differently. A text without errors means the same to both.
 */
export function lintUnitText(text: string, file: string): readonly Problem[] {
  const found = [
    ...lintLines(text, file),
    ...readUnit(text, file).problems,
    ...serviceSectionProblem(readUnit(text, file).file, file),
  ];
  const problems = found.length > 0 ? found : lintReadings(text, file);
  return [...problems].sort((a, b) => (a.where?.line ?? 0) - (b.where?.line ?? 0));
}

/** Reads the lines as systemd does, and reports what fleet would read differently. */
function lintLines(text: string, file: string): readonly Problem[] {
  const lines = physicalLines(text);
  const problems: Problem[] = [];
  let inValue = false;

  for (const [index, line] of lines.entries()) {
    const report = (rule: string, message: string, hint: string): void => {
      problems.push({
        rule,
        severity: 'error',
        message,
        hint,
        where: { file, line: line.number, column: 1 },
      });
    };
    const content = line.text.replace(/\r$/, '');
    const next = lines[index + 1];

    if (byteLength(line.text) >= fleetLineLimit) {
      const message = `line of ${byteLength(line.text)} bytes; fleet refuses ${fleetLineLimit} and more`;
      report('line-too-long', message, 'break the value with a backslash at the end of the line');
    }
    if (isComment(content)) {
      if (inValue) {
        const message = 'comment inside a value: to fleet the comment is the last line of the value';
        report('comment-inside-value', message, 'put the comment above the option');
      } else if (/\\ ?$/.test(content) && next && !isEmpty(next) && !isComment(next.text)) {
        const message = `comment ends in a backslash: to fleet, line ${next.number} is part of the comment`;
        report('comment-swallows-next-line', message, 'end the comment with another character');
      }
      continue;
    }
    if (content.endsWith('\\') && line.text !== content) {
      const message = 'value continues after a CRLF line end, which fleet does not support';
      report('crlf-continuation', message, 'store the file with LF line ends');
    } else if (content.endsWith('\\') && !endsInLoneBackslash(content)) {
      const message =
        'line ends in an escaped backslash: to systemd the value ends here, to fleet it continues';
      report(
        'double-backslash-at-end',
        message,
        'quote the value, so that the line does not end in a backslash',
      );
    } else if (/\\[ \t]+$/.test(content)) {
      const message = 'whitespace after the backslash at the end of the line: the value does not continue';
      report('whitespace-after-backslash', message, 'remove the whitespace, or double the backslash');
    }
    inValue = endsInLoneBackslash(content);
  }
  return problems;
}

/** The problem of a service without a [Service] section, which does nothing and is refused by systemd. */
export function serviceSectionProblem({ entries }: UnitFile, file: string): readonly Problem[] {
  if (!file.endsWith('.service')) return [];
  if (entries.some((entry) => entry.kind === 'section' && entry.name === 'Service')) return [];
  const hint = 'add one with an ExecStart=; section names are case-sensitive';
  const message = 'has no [Service] section';
  return [{ rule: 'no-service-section', severity: 'error', message, hint, where: { file } }];
}

/** Catches what no other rule covers: reads the text in both dialects and reports the first option that differs. */
function lintReadings(text: string, file: string): readonly Problem[] {
  const systemd = readUnit(text, file, 'systemd');
  const fleet = readUnit(text, file, 'fleet');
  if (fleet.problems.length > 0)
    return fleet.problems.map((one) => ({ ...one, message: `fleet: ${one.message}` }));
  const ours = locatedOptionsOf(systemd.file);
  const theirs = locatedOptionsOf(fleet.file);
  const at = ours.findIndex(
    (option, index) => canonicalText([option]) !== canonicalText(theirs.slice(index, index + 1)),
  );
  const differing = at >= 0 ? ours[at] : theirs[ours.length];
  if (!differing) return [];
  const message = `systemd and fleet read this differently: ${differing.name}=`;
  return [
    {
      rule: 'dialects-disagree',
      severity: 'error',
      message,
      where: { file, line: differing.line ?? 1, column: 1 },
    },
  ];
}

function isComment(line: string): boolean {
  return /^[ \t]*[#;]/.test(line);
}

function isEmpty(line: PhysicalLine): boolean {
  return line.text.trim() === '';
}
