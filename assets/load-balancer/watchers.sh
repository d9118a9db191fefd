# shellcheck shell=bash
# shellcheck disable=SC2154 # sourced by confd-watch, which sets the variables
# What differs between the watchers of confd-watch, one section for each.
#
#   etcdctl     API v3
#   curl        API v2, by its long poll
#   confd       kelseyhightower's confd 0.16: both APIs
#   confd-fork  abtreece's confd 0.40 and later: API v3, with another command line
#
# read_*: prints `revision N` where it knows it, then a line `"key" "value"` for each key below $root, both quoted and cut
# where they are too long. No keys is an answer, not an error.
# watch_*: prints a line whenever something may have changed, and ends when it can no longer tell. What changes between
# its first line and its watch should not be missed. Several may run at once.
#
# confd here only renders the list; what is done with it is the same for all. Its own bugs (changes missed by a watch of
# v2, watches that fall silent, lists not tried again) end where each list is read anew and also without an event.

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
  # Port 4001 is where etcd listened first, and CoreOS's still did.
  case ${ETCD_PORT:-}-$REGISTRY_API in
    -v2) echo "http://$host:2379,http://$host:4001" ;;
    *) echo "http://$host:${ETCD_PORT:-2379}" ;;
  esac
}

# A message without its time, process and waiting, which confd and curl give: what is the same is to be said once.
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
  # No quote within a quoted string is without a backslash, so no value can pass for a key.
  local string='"([^"\\]|\\.)*"'
  { grep -aoE "\"key\":$string,\"value\":$string" "$run/read.body" || true; } |
    sed -E "s/^\"key\":($string),\"value\":/\\1 /" | cut -b -400
}

watch_curl() {
  local name=watch.${ETCDCTL_ENDPOINTS//[!a-zA-Z0-9]/-}
  while ask_v2 "$name" 'quorum=true' --max-time 4; do
    echo changed
    # Ends with the next change, or after five minutes by etcd's own doing.
    ask_v2 "$name" "wait=true&recursive=true&waitIndex=$((index + 1))" --max-time 330 --keepalive-time 3
  done
}

# Asks one endpoint after the other for $root, until one answers, which is asked first the next time: one that is stuck
# must not slow every call. $root keeps its slash: a user may have rights below it only. The body is in $run/$1.body, the
# index in `index`.
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
      # A folder that is not there has no keys.
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

# curl reads these from its standard input: a password has no place on a command line, which anybody may see.
curl_settings() {
  setting cacert "${ETCDCTL_CACERT:-}"
  setting cert "${ETCDCTL_CERT:-}"
  setting key "${ETCDCTL_KEY:-}"
  setting user "${ETCDCTL_USER:-}${ETCDCTL_PASSWORD:+:$ETCDCTL_PASSWORD}"
}

# --- both confds -------------------------------------------------------------------------------------------------

read_confd() {
  run_confd --onetime --sync-only 2>"$run/confd.log" || {
    # confd takes a folder of API v2 that is not there for an error.
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

# kelseyhightower's takes its credentials in a file as well as on its command line, where anybody could see them.
run_confd() {
  local base words=()
  case $watcher-$REGISTRY_API in
    confd-v2) words=(--backend etcd) ;;
    confd-v3) words=(--backend etcdv3) ;;
    # By itself it would wait for half a minute, and what waits for an etcd without a leader is not answered sooner.
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

# A line `name = "value"`, of TOML and of curl's settings alike; none for an empty value.
setting() {
  local value=${2//\\/\\\\}
  if [ -n "$2" ]; then echo "$1 = \"${value//\"/\\\"}\""; fi
}
