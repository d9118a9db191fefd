import { formatProblem, type Problem } from '../../errors.ts';

/** What `coreship lint` found, a line for each problem, with its severity and rule. */
export function problemsText(problems: readonly Problem[]): string {
  if (problems.length === 0) return 'no problems\n';
  return problems
    .map((problem) => `${formatProblem(problem)} [${problem.severity} ${problem.rule}]\n`)
    .join('');
}
