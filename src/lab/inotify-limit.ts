import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { withFileLock } from './file-lock.ts';
import { readText } from './files.ts';
import { labsFolder, layoutsLockPath } from './paths.ts';

/** Where the kernel's limit stands, where the host's own is kept meanwhile, and the folder of all labs. */
export interface InotifyPaths {
  readonly limit: string;
  /** Below /run: it goes with a reboot, as the raised limit does. */
  readonly before: string;
  readonly labs: string;
}

const onHost: InotifyPaths = {
  limit: '/proc/sys/fs/inotify/max_user_instances',
  before: '/run/coreship-inotify-limit',
  labs: labsFolder,
};

/** Each init and each docker takes some; the kernel's own 128 stop the 28th machine. */
const enough = '1024';

/** Raises fs.inotify.max_user_instances (inotify(7)) to 1024, where it is lower, for as long as there are labs. */
export async function raiseInotifyLimit({ limit, before }: InotifyPaths = onHost): Promise<void> {
  const own = (await readFile(limit, 'utf8')).trim();
  if (Number(own) >= Number(enough)) return;
  await writeFile(before, own);
  await writeFile(limit, enough);
}

/** Gives the host its own limit back when no lab is left, unless somebody has set another one meanwhile. */
export async function restoreInotifyLimit({ limit, before, labs }: InotifyPaths = onHost): Promise<void> {
  // Under the lock under which labs begin: none may begin in between.
  await withFileLock(layoutsLockPath, { timeoutMs: 30_000 }, async () => {
    const own = await readText(before);
    const left = await readdir(labs).catch(() => []);
    if (own === undefined || left.length > 0) return;
    if ((await readFile(limit, 'utf8')).trim() === enough) await writeFile(limit, own);
    await rm(before);
  });
}
