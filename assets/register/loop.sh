# shellcheck shell=sh
# Register loop of a sidekick: keeps one key in etcd while the service answers.
#
# The sidekick's unit contains it without these comments, after api-v3.sh or api-v2.sh. These set `life`, the seconds that a
# key outlives its loop.
#
# Environment, set by the unit: SERVICE, PORT, KEY (address or host), CHECK (http or tcp), CHECK_PATH, INTERVAL, TIMEOUT, RISE,
# FALL, TTL (seconds and counts), COREOS_PRIVATE_IPV4, and etcdctl's ETCDCTL_* variables, which both APIs use.
# A proxy in /etc/environment is for outgoing traffic, not for this machine and its etcd.
export no_proxy='*' NO_PROXY='*'
address=${COREOS_PRIVATE_IPV4:-}
if [ -z "$address" ] || [ -z "${PORT:-}" ]; then
  echo "nothing to register: COREOS_PRIVATE_IPV4='$address' PORT='${PORT:-}'; see /etc/environment" >&2
  exit 1
fi
value=$address:$PORT
key=/services/$SERVICE/$value
if [ "$KEY" = host ]; then key=/services/$SERVICE/$address; fi
endpoints=$(echo "${ETCDCTL_ENDPOINTS:-$default_endpoints}" | tr -s ', ' ' ')
endpoints=${endpoints# }; endpoints=${endpoints% }
endpoint=${endpoints%% *}

# A check runs in the background, and the loop waits for it: a stop signal must not wait for a slow answer.
# The first failure of a series prints its cause. A TCP check counts connections, because it ends with a time-out where the
# server does not speak first.
check() {
  case $CHECK in
    tcp) why=$(curl -sS -o /dev/null --max-time "$TIMEOUT" -w "connects=%{num_connects}" "telnet://$value" </dev/null 2>&1)
      case $why in *connects=1) return 0 ;; esac ;;
    *) why=$(curl -fsS -o /dev/null --max-time "$TIMEOUT" "http://$value$CHECK_PATH" 2>&1) && return 0 ;;
  esac
  [ "$bad" -gt 0 ] || echo "check failed: ${why#curl: (*) }" >&2
  return 1
}

# The keeper is a separate process, so that a slow check does not delay the registration, nor a slow etcd the checks.
# Only the keeper talks to etcd, one call at a time. On SIGTERM it finishes the call in progress and removes its key.
# When the loop is killed, the keeper ends and leaves the key: systemd starts the loop again within the time to live.
keep() {
  trap 'trap "" TERM; stop_keeping' TERM
  trap '' INT
  held=; said=; failures=0; pause=$((TTL / 3)).$((TTL * 10 / 3 % 10))
  # shellcheck disable=SC2086
  set -- $endpoints
  while kill -0 $$ 2>/dev/null; do
    if [ -n "$held" ]; then refresh; else put; fi
    case $? in
      0) if [ -z "$held" ]; then echo "registered $key"; fi
        held=yes; said=; failures=0
        nap "$pause" ;;
      2) echo "the registration $key is lost" >&2
        held= ;;
      3) say "$key is somebody else's: left alone until it is gone"
        nap "$pause" ;;
      *) failures=$((failures + 1))
        if [ $((failures % $#)) -eq 0 ]; then
          say "etcd at $endpoint: ${answer:-no answer}"
          nap 1
        fi
        next_endpoint ;;
    esac
  done
}
stop_keeping() {
  take_back; taken=$?
  if [ "$taken" -eq 1 ]; then
    next_endpoint
    sleep 1
    take_back; taken=$?
  fi
  exit "$taken"
}
next_endpoint() { endpoints="${endpoints#* } $endpoint"; endpoint=${endpoints%% *}; }
nap() { sleep "$1" & wait $!; }
# A message that repeats each second is printed once.
say() { [ "$1" = "$said" ] || echo "$1" >&2; said=$1; }

keeper=
deregister() {
  [ -n "$keeper" ] || return 0
  kill "$keeper" 2>/dev/null
  wait "$keeper"
  case $? in
    0) echo "deregistered $key ($1)" ;;
    1) echo "no etcd takes $key back ($1): it ends by itself, in $life s" >&2 ;;
  esac
  keeper=
}
trap 'trap "" TERM INT; deregister stopped; exit 0' TERM INT

# A check starts at every interval; after one that took longer, the next starts at once.
good=0; bad=0
while :; do
  sleep "$INTERVAL" &
  tick=$!
  check &
  if wait $!; then
    [ "$bad" -eq 0 ] || echo "check succeeded"
    good=$((good + 1)); bad=0
  else
    bad=$((bad + 1)); good=0
  fi
  if [ -n "$keeper" ] && ! kill -0 "$keeper" 2>/dev/null; then keeper=; fi
  if [ -z "$keeper" ] && [ "$good" -ge "$RISE" ]; then
    keep &
    keeper=$!
  fi
  if [ -n "$keeper" ] && [ "$bad" -ge "$FALL" ]; then deregister "$bad checks failed"; fi
  wait "$tick"
done
