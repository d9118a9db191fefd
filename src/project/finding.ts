import type { DataPath } from './data-path.ts';

/** What is wrong with one value of `coreship.yaml`, before it is known on which line that stands. */
export interface Finding {
  readonly rule: string;
  readonly path: DataPath;
  readonly part?: 'key' | 'value';
  readonly message: string;
  readonly hint: string;
}
