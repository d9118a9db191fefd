import { resolve } from 'node:path';

/** The folder of this repository, which is a project itself. */
export const repository = resolve(import.meta.dirname, '../..');
