import { defined } from '../../defined.ts';
import { CoreshipError } from '../../errors.ts';
import { isObject, parseObject } from '../../json.ts';
import type { ApiResponse } from './api.ts';

/** The error where fleet's API refused a request; `action` completes "could not ...". */
export function apiError(action: string, response: ApiResponse): CoreshipError {
  const message = apiErrorMessage(response.text);
  const { status } = response;
  return new CoreshipError(
    'failed',
    `fleet could not ${action}: ${message || 'no reason given'} (answer ${status})`,
    defined({ hint: hintFor(status, message) }),
  );
}

/** What an error of fleet's API means and what to do about it; `undefined` where its message says everything. */
export function hintFor(status: number, message: string): string | undefined {
  return hints.find((one) => one.status === status && one.pattern.test(message))?.hint;
}

/** The message in the body of an error; fleet leaves it empty where it has none. */
export function apiErrorMessage(text: string): string {
  const body = parseObject(text);
  if (body === undefined) return text.trim().slice(0, 200);
  const { error } = body;
  return isObject(error) ? String(error['message'] ?? '') : '';
}

const destroyed = 'somebody else has destroyed it: run the command again';

const hints: readonly { readonly status: number; readonly pattern: RegExp; readonly hint: string }[] = [
  {
    status: 400,
    pattern: /^unresolvable requirements/,
    hint: 'MachineOf names a unit that Conflicts keeps away: change one of the two',
  },
  {
    status: 400,
    pattern: /cannot be used with/,
    hint: 'fleet does not allow these [X-Fleet] options together: keep one of the two',
  },
  { status: 400, pattern: /^cannot activate template/, hint: 'a template runs only as an instance' },
  {
    status: 400,
    pattern: /unit name|unit type|^invalid character/,
    hint: 'fleet does not accept this name for a unit',
  },
  { status: 400, pattern: /line too long/, hint: 'break the line: a line may have at most 2048 bytes' },
  {
    status: 400,
    pattern: /token limit/,
    hint: 'token_limit of fleet was changed during the command: run it again',
  },
  { status: 404, pattern: /^unit does not exist/, hint: destroyed },
  { status: 409, pattern: /^unit does not exist/, hint: destroyed },
  {
    status: 500,
    pattern: /^$/,
    hint: 'fleet cannot read or write this in etcd: see the journal of fleet there (a unit with a state that fleet does not know always gives this answer)',
  },
  { status: 503, pattern: /etcd/, hint: 'fleet cannot reach etcd: check etcd on the machines' },
];
