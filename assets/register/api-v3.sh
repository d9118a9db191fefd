# shellcheck shell=sh
# The register loop's client for etcd's v3 API, with etcdctl: a lease, and the key attached to it.
#
# `put`, `refresh` and `take_back` return 0 on success, and 1 with etcd's message in `answer` on failure. `refresh` returns
# 2 when the registration is lost, 3 when somebody else's has replaced it; `take_back` 2 when there is none. See loop.sh.
default_endpoints=127.0.0.1:2379
life=$TTL
# The output of etcdctl is parsed here, so the machine's own output settings must not change it.
unset ETCDCTL_WRITE_OUT ETCDCTL_HEX ETCDCTL_DEBUG
lease=; turn=0

# One endpoint for each call: an etcd that accepts requests and never answers must not be asked again and again.
# The time limit is timeout's, since etcdctl's keep-alive has none. The JSON lines are etcdctl's log, not its answer.
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

# The key itself is read only now and then: where etcd has users, each call of etcdctl costs a password check.
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

# Revoking the lease removes only this loop's own key.
take_back() {
  [ -n "$lease" ] || return 2
  etcd lease revoke "$lease"
  case $answer in
    *" revoked") return 0 ;;
    *"lease not found"*) return 2 ;;
  esac
  return 1
}
