# shellcheck shell=sh
# The registry's end of the register loop for etcd's v3 API, by etcdctl: a lease, and the key on it.
#
# `put`, `refresh` and `take_back` return 0 when done, and 1 with etcd's words in `answer` when etcd does not do it. `refresh`
# returns 2 when the registration is lost, 3 when somebody else's is in its place; `take_back` 2 when there is none. See loop.sh.
default_endpoints=127.0.0.1:2379
life=$TTL
# What etcdctl says is read here, whatever the machine's people like to see of it.
unset ETCDCTL_WRITE_OUT ETCDCTL_HEX ETCDCTL_DEBUG
lease=; turn=0

# One endpoint a call: an etcd that takes requests and never carries them out must not be asked again and again.
# The limit is not etcdctl's own, which its keep-alive does not have. Its log, in JSON, is not its answer.
etcd() { answer=$(ETCDCTL_ENDPOINTS=$endpoint timeout 2 etcdctl "$@" 2>&1 | grep -v "^{" | tail -n 1); }

put() {
  if [ -z "$lease" ]; then
    etcd lease grant "$TTL"
    case $answer in
      "lease "*" granted "*) lease=${answer#lease }; lease=${lease%% *} ;;
      *) return 1 ;;
    esac
  fi
  etcd put --lease="$lease" "$key" "$value"
  case $answer in
    OK) return 0 ;;
    *"lease not found"*) lease= ;;
  esac
  return 1
}

# The key itself is looked at now and then only: each call of etcdctl costs a password check where etcd has users.
refresh() {
  etcd lease keep-alive --once "$lease"
  case $answer in
    *" keepalived "*) ;;
    *"lease not found"*) lease=; return 2 ;;
    *) return 1 ;;
  esac
  turn=$((turn + 1))
  [ "$turn" -ge 3 ] || return 0
  answer=$(ETCDCTL_ENDPOINTS=$endpoint timeout 2 etcdctl get --print-value-only "$key" 2>/dev/null) || return 1
  case $answer in
    "$value") turn=0; return 0 ;;
    "") turn=0; return 2 ;;
    *) return 3 ;;
  esac
}

# Revoking the lease removes this loop's own key and nothing that somebody else has put there since.
take_back() {
  [ -n "$lease" ] || return 2
  etcd lease revoke "$lease"
  case $answer in
    *" revoked") return 0 ;;
    *"lease not found"*) return 2 ;;
  esac
  return 1
}
