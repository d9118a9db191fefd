/**
 * Puts a command into process and mount namespaces of its own, which end with this process, whatever ends
 * it: a killed build leaves neither a mount nor a process behind.
 */
export function sealed(words: readonly string[]): readonly string[] {
  const unshare = ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  return ['setpriv', '--pdeathsig', 'KILL', ...unshare, ...words];
}

/** A sealed command inside another root, with /proc there. */
export function sealedIn(root: string, words: readonly string[]): readonly string[] {
  const enter = 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"';
  return sealed(['sh', '-ec', enter, root, ...words]);
}
