import { assertNever } from '../errors.ts';
import type { Step } from './plan.ts';

/** One step in words: `stop apache-discovery@8888.service on lab-2`. */
export function stepText(step: Step): string {
  switch (step.kind) {
    case 'install':
      return `write ${step.units.map(({ name }) => name).join(', ')} on ${step.machine.name}`;
    case 'start':
    case 'stop':
    case 'remove':
      return `${step.kind} ${step.units.join(', ')} on ${step.machine.name}`;
    case 'wait-active':
      return `wait until ${step.units.join(', ')} ${step.units.length === 1 ? 'is' : 'are'} active on ${step.machine.name}`;
    case 'wait-registered':
      return `wait until ${step.entry.key} is registered`;
    case 'wait-unregistered':
      return `wait until ${step.entry.key} is deregistered`;
    case 'wait-served':
      return `wait until ${balancers(step.balancers)} serves ${step.entry.value}`;
    case 'wait-unserved':
      return `wait until ${balancers(step.balancers)} no longer serves ${step.entry.value}`;
    case 'wait-answering':
      return `wait until ${step.balancer.unit} on ${step.balancer.machine.name} answers`;
    case 'drain':
      return `let requests in flight finish for ${step.seconds} s`;
    default:
      return assertNever(step);
  }
}

function balancers(
  refs: readonly { readonly unit: string; readonly machine: { readonly name: string } }[],
): string {
  return refs.map(({ unit, machine }) => `${unit} on ${machine.name}`).join(', ');
}
