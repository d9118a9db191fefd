/*
 * The shell scripts that the systemd engine runs on machines. Values reach them only as arguments and on standard
 * input; nothing is pasted into a script. They are POSIX sh, for the oldest systemd host there is.
 */

/** The properties of a unit that unit-states.ts reads. */
const stateProperties = 'Id,ActiveState,SubState,Result,MainPID,NRestarts,Job,NeedDaemonReload';

/** `$1` is the project's target; the desired unit names follow. observe.ts parses the output. */
export const observeScript = `
set -eu
target=$1; shift
dir=/etc/systemd/system
printf 'machine-id %s\\n' "$(cat /etc/machine-id)"
if [ -r /etc/environment ]; then printf 'environment %s\\n' "$(base64 -w0 /etc/environment)"; fi
owned=
for link in "$dir/$target.wants"/*; do
  [ -L "$link" ] || continue
  name=\${link##*/}
  owned="$owned $name"
  if [ -f "$dir/$name" ]; then printf 'file %s %s\\n' "$name" "$(base64 -w0 "$dir/$name")"
  else printf 'file %s\\n' "$name"; fi
done
# Unit names hold no white space: coreship refuses such names.
set -- $owned "$@"
[ $# -eq 0 ] || systemctl show -p Names,LoadState,FragmentPath,${stateProperties} -- "$@"
`;

/** `$1` is the target, `$2` the project. Each line of standard input is a unit: its name, and its text in base64. */
export const installScript = `
set -eu
trap '' HUP PIPE
target=$1
dir=/etc/systemd/system
mkdir -p "$dir/$target.wants"
if [ ! -e "$dir/$target" ]; then
  printf '[Unit]\\nDescription=Units of the coreship project %s\\n\\n[Install]\\nWantedBy=multi-user.target\\n' "$2" >"$dir/.$target.new"
  mv "$dir/.$target.new" "$dir/$target"
fi
[ -L "$dir/multi-user.target.wants/$target" ] || systemctl --quiet enable "$target"
units=$(cat)
# All are checked before the first is written.
while read -r name content; do
  if [ ! -L "$dir/$target.wants/$name" ] && { [ -e "$dir/$name" ] || [ -L "$dir/$name" ]; }; then
    echo "$dir/$name is not coreship's" >&2
    exit 1
  fi
done <<END
$units
END
# The link before the file: a link without a file is ours to complete, a file without a link is not ours.
while read -r name content; do
  ln -sfn "../$name" "$dir/$target.wants/$name"
  printf '%s' "$content" | base64 -d >"$dir/.$name.new"
  mv -f "$dir/.$name.new" "$dir/$name"
done <<END
$units
END
systemctl daemon-reload
`;

/** The arguments are unit names. Reloads first if a killed run left new files that systemd has not read. */
export const startScript = `
set -eu
trap '' HUP PIPE
case $(systemctl show -p NeedDaemonReload --value -- "$@") in *yes*) systemctl daemon-reload ;; esac
systemctl reset-failed -- "$@" 2>/dev/null || true
systemctl start --no-block -- "$@"
`;

/** The arguments are unit names. A unit may still run after its file is gone, so its state is what counts. */
export const stopScript = `
set -eu
trap '' HUP PIPE
for name in "$@"; do
  case $(systemctl show -p ActiveState --value -- "$name") in
    inactive|failed) ;;
    *) systemctl stop -- "$name" ;;
  esac
done
`;

/** `$1` is the target; unit names follow. The file is removed before the link, so that a later run can complete a killed one. */
export const removeScript = `
set -eu
trap '' HUP PIPE
target=$1; shift
dir=/etc/systemd/system
for name in "$@"; do
  [ -L "$dir/$target.wants/$name" ] || continue
  rm -f "$dir/$name" "$dir/.$name.new"
  rm -f "$dir/$target.wants/$name"
done
# Left by killed runs: links without a file, of units that do not run.
for link in "$dir/$target.wants"/*; do
  [ -L "$link" ] && [ ! -e "$link" ] || continue
  case $(systemctl show -p ActiveState --value -- "\${link##*/}") in inactive|failed) rm -f "$link" ;; esac
done
if rmdir "$dir/$target.wants" 2>/dev/null; then
  systemctl --quiet disable "$target" 2>/dev/null || true
  # A machine that has booted with the target keeps it active, even without its file.
  systemctl stop -- "$target" 2>/dev/null || true
  rm -f "$dir/$target"
fi
systemctl daemon-reload
systemctl reset-failed -- "$@" 2>/dev/null || true
`;

/** The arguments are unit names. */
export const statesScript = `
systemctl show -p ${stateProperties} -- "$@"
`;
