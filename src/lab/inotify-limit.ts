import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { withFileLock } from './file-lock.ts';
import { readText } from './files.ts';
import { labsFolder, layoutsLockPath } from './paths.ts';

/** The kernel's limit, the file that keeps the host's own value meanwhile, and the folder of all labs. */
export interface InotifyPaths {
  readonly limit: string;
  /** Below /run: a reboot resets it, as it resets the raised limit. */
  readonly before: string;
  readonly labs: string;
}

const onHost: InotifyPaths = {
  limit: '/proc/sys/fs/inotify/max_user_instances',
  before: '/run/coreship-inotify-limit',
  labs: labsFolder,
};

/** Each init and each docker takes some; with the kernel's default of 128 the 28th machine does not start. */
const enough = '1024';

/** Raises fs.inotify.max_user_instances (inotify(7)) to 1024, where it is lower, while there are labs. */
export async function raiseInotifyLimit({ limit, before }: InotifyPaths = onHost): Promise<void> {
  const own = (await readFile(limit, 'utf8')).trim();
  if (Number(own) >= Number(enough)) return;
  await writeFile(before, own);
  await writeFile(limit, enough);
}

/** Restores the host's own limit when no lab is left, unless somebody else has changed it meanwhile. */
export async function restoreInotifyLimit({ limit, before, labs }: InotifyPaths = onHost): Promise<void> {
  // Under the lock under which labs are created: none may be created in between.
  await withFileLock(layoutsLockPath, { timeoutMs: 30_000 }, async () => {
    const own = await readText(before);
    const left = await readdir(labs).catch(() => []);
    if (own === undefined || left.length > 0) return;
    if ((await readFile(limit, 'utf8')).trim() === enough) await writeFile(limit, own);
    await rm(before);
  });
}
