/** What an answer of fleet's API means and what to do about it; nothing where its message says all. */
export function meaningOf(status: number, message: string): string | undefined {
  return meanings.find(({ code, pattern }) => code === status && pattern.test(message))?.meaning;
}

/** The code and message inside an error's body; fleet leaves the message empty where it has none. */
export function readApiError(text: string): string {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body !== 'object' || body === null || !('error' in body)) return '';
    const { error } = body;
    return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : '';
  } catch {
    return text.trim().slice(0, 200);
  }
}

const meanings: readonly { readonly code: number; readonly pattern: RegExp; readonly meaning: string }[] = [
  {
    code: 400,
    pattern: /^unresolvable requirements/,
    meaning: 'the unit is to run beside a unit it keeps away from',
  },
  {
    code: 400,
    pattern: /cannot be used with/,
    meaning: 'fleet refuses these [X-Fleet] options together: keep one of the two',
  },
  { code: 400, pattern: /^cannot activate template/, meaning: 'a template runs only as an instance' },
  {
    code: 400,
    pattern: /unit name|unit type|^invalid character/,
    meaning: 'fleet does not take this name for a unit',
  },
  { code: 400, pattern: /line too long/, meaning: 'break the line: no line may have more than 2048 bytes' },
  {
    code: 400,
    pattern: /token limit/,
    meaning: 'token_limit of fleet was changed during the command: run it again',
  },
  {
    code: 404,
    pattern: /^unit does not exist/,
    meaning: 'somebody else has destroyed it: run the command again',
  },
  {
    code: 409,
    pattern: /^unit does not exist/,
    meaning: 'somebody else has destroyed it: run the command again',
  },
  {
    code: 500,
    pattern: /^$/,
    meaning:
      'fleet cannot read or write this in etcd: see the journal of fleet there (a unit with a state that fleet does not know gives this answer for good)',
  },
  { code: 503, pattern: /etcd/, meaning: 'fleet has no etcd: check etcd on the machines' },
];
