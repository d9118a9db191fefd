/**
 * Runs a command in new process and mount namespaces, which end with this process, whatever ends it: a killed
 * build leaves neither a mount nor a process behind.
 */
export function inNamespaces(words: readonly string[]): readonly string[] {
  const unshare = ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  return ['setpriv', '--pdeathsig', 'KILL', ...unshare, ...words];
}

/** Runs a command in new namespaces with another root directory, which gets its own /proc. */
export function inRoot(root: string, words: readonly string[]): readonly string[] {
  const enter = 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"';
  return inNamespaces(['sh', '-ec', enter, root, ...words]);
}
