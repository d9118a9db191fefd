# shellcheck shell=bash
# shellcheck disable=SC2154 # sourced by confd-watch, which sets the variables
# The watchers of confd-watch, one section for each.
#
#   etcdctl     API v3
#   curl        API v2, with long polls
#   confd       kelseyhightower's confd 0.16: both APIs
#   confd-fork  abtreece's confd 0.40 and later: API v3, with another command line
#
# read_*: prints `revision N` where it is known, then a line `"key" "value"` for each key below $root, both quoted and
# truncated where they are too long. No keys is an answer, not an error.
# watch_*: prints a line whenever something may have changed, and ends when it can no longer watch. It should not miss
# changes between its first line and the start of the watch. Several may run at once.
#
# confd only renders the list; all else is the same for every watcher. Its bugs (changes missed by a watch of v2, watches
# that hang, lists not retried) do no harm, because each list is read again, also without an event.

choose_watcher() {
  local manual=
  if command -v confd >/dev/null; then manual=$(timeout 5 confd --help 2>&1); fi
  case $REGISTRY_API-$manual in
    v3-*'confd <command>'*) echo confd-fork ;;
    v?-*'-backend string'*) echo confd ;;
    v2-*) echo curl ;;
    *) echo etcdctl ;;
  esac
}

default_endpoints() {
  local host=${HOST_IP:-172.17.0.1}
  # Port 4001 is the port of early etcd releases, and of CoreOS.
  case ${ETCD_PORT:-}-$REGISTRY_API in
    -v2) echo "http://$host:2379,http://$host:4001" ;;
    *) echo "http://$host:${ETCD_PORT:-2379}" ;;
  esac
}

# A message of confd or curl without time, process id and duration, so that a repeated message is the same text.
without_moment() {
  sed -E 's/^[^ ]+ [^ ]+ [^ ]+\[[0-9]+\]: //; s/ after [0-9]+ (ms|milliseconds)//'
}

# --- etcdctl -----------------------------------------------------------------------------------------------------

read_etcdctl() {
  timeout -s KILL 6 etcdctl get --command-timeout=3s --prefix "$root" --write-out=fields | awk '
    /^"Revision" : / { print "revision " $3 }
    /^"Key" : / { key = substr($0, 9, 300) }
    /^"Value" : / { print key " " substr($0, 11, 100) }'
}

watch_etcdctl() {
  local revision
  revision=$(timeout -s KILL 6 etcdctl get --command-timeout=3s --keys-only --limit=1 --write-out=fields "$root" |
    awk '/^"Revision" : / { print $3 }') && [ -n "$revision" ] || return
  echo connected
  etcdctl watch --prefix "$root" --rev $((revision + 1)) | grep --line-buffered -axE 'PUT|DELETE'
}

# --- curl --------------------------------------------------------------------------------------------------------

read_curl() {
  ask_v2 read 'recursive=true&sorted=true&quorum=true' --max-time 4 || return
  echo "revision $index"
  # A quote inside a quoted string always has a backslash, so no value can look like a key.
  local string='"([^"\\]|\\.)*"'
  { grep -aoE "\"key\":$string,\"value\":$string" "$run/read.body" || true; } |
    sed -E "s/^\"key\":($string),\"value\":/\\1 /" | cut -b -400
}

watch_curl() {
  local name=watch.${ETCDCTL_ENDPOINTS//[!a-zA-Z0-9]/-}
  while ask_v2 "$name" 'quorum=true' --max-time 4; do
    echo changed
    # Ends with the next change, or after five minutes, when etcd closes it.
    ask_v2 "$name" "wait=true&recursive=true&waitIndex=$((index + 1))" --max-time 330 --keepalive-time 3
  done
}

# Asks the endpoints for $root in turn until one answers. The next call starts with that one: a stuck endpoint must not
# slow every call. $root keeps its slash: a user may have permission only below it. The body is in $run/$1.body, the index
# in `index`.
ask_v2() {
  local name=$1 query=$2 base status tries
  shift 2
  if [ ${#turn[@]} = 0 ]; then read -ra turn <<<"${ETCDCTL_ENDPOINTS//,/ }"; fi
  for ((tries = ${#turn[@]}; tries > 0; tries--)); do
    base=${turn[0]}
    case $base in *://*) ;; *) base=http${ETCDCTL_CACERT:+s}://$base ;; esac
    if status=$(curl_settings | curl -sS --config - --connect-timeout 1 "$@" -D "$run/$name.head" -o "$run/$name.body" \
      -w '%{http_code}' "$base/v2/keys$root?$query"); then
      index=$(sed -n 's/^X-Etcd-Index: *\([0-9]*\).*/\1/ip' "$run/$name.head")
      # A folder that does not exist has no keys.
      case $status in
        200) return ;;
        404) if grep -q '"errorCode":100,' "$run/$name.body"; then return; fi ;;
      esac
      echo "$base says $status: $(head -c 200 "$run/$name.body" | tr -d '\n')" >&2
    fi
    turn=("${turn[@]:1}" "${turn[0]}")
  done
  return 1
}
turn=()

# Passed to curl on its standard input: anybody can read a password on a command line.
curl_settings() {
  setting cacert "${ETCDCTL_CACERT:-}"
  setting cert "${ETCDCTL_CERT:-}"
  setting key "${ETCDCTL_KEY:-}"
  setting user "${ETCDCTL_USER:-}${ETCDCTL_PASSWORD:+:$ETCDCTL_PASSWORD}"
}

# --- both confds -------------------------------------------------------------------------------------------------

read_confd() {
  run_confd --onetime --sync-only 2>"$run/confd.log" || {
    # For confd, a folder of API v2 that does not exist is an error.
    if grep -q '100: Key not found' "$run/confd.log"; then return; fi
    cat "$run/confd.log" >&2
    return 1
  }
  cut -b -400 "$run/registered"
}

watch_confd() {
  echo connected
  run_confd --watch
}

read_confd-fork() { read_confd; }
watch_confd-fork() { watch_confd; }

# kelseyhightower's confd accepts credentials in a file too; anybody could read them on its command line.
run_confd() {
  local base words=()
  case $watcher-$REGISTRY_API in
    confd-v2) words=(--backend etcd) ;;
    confd-v3) words=(--backend etcdv3) ;;
    # Its default is half a minute, and an etcd without a leader answers no sooner.
    confd-fork-*) words=(etcd --backend-timeout=3s) ;;
  esac
  for base in ${ETCDCTL_ENDPOINTS//,/ }; do words+=(--node "$base"); done
  (umask 077 && confd_settings >"$run/confd.toml.$BASHPID" && mv "$run/confd.toml.$BASHPID" "$run/confd.toml")
  if [ "$1" = --onetime ]; then set -- timeout -s KILL 4 confd "${words[@]}" "$@"; else set -- confd "${words[@]}" "$@"; fi
  "$@" --confdir "${CONFD_DIR:-/etc/confd}" --config-file "$run/confd.toml" --log-level error
}

confd_settings() {
  local user=${ETCDCTL_USER:-}
  setting client_cakeys "${ETCDCTL_CACERT:-}"
  setting client_cert "${ETCDCTL_CERT:-}"
  setting client_key "${ETCDCTL_KEY:-}"
  if [ -n "$user" ]; then
    echo 'basic_auth = true'
    setting username "${user%%:*}"
    setting password "${ETCDCTL_PASSWORD:-${user#*:}}"
  fi
}

# A line `name = "value"`, valid in TOML and in curl's configuration; none for an empty value.
setting() {
  local value=${2//\\/\\\\}
  if [ -n "$2" ]; then echo "$1 = \"${value//\"/\\\"}\""; fi
}
