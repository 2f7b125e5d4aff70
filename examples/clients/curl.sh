#!/usr/bin/env bash
# Needs curl, openssl and python3. Sends a message and waits until it is delivered:
#   POSTRIDER=http://127.0.0.1:8080 POSTRIDER_KEY=KEY curl.sh send NUMBER TEXT
# Checks what an action was told, as a web server hands it on, with the action's secret:
#   ACTION_SECRET=SECRET curl.sh verify WEBHOOK-ID WEBHOOK-TIMESTAMP WEBHOOK-SIGNATURE < BODY
set -euo pipefail

call() { curl -sS --fail-with-body -H "Authorization: Bearer $POSTRIDER_KEY" "$@"; }

field() { python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }

send() {
  local body id state
  body=$(python3 -c 'import json, sys; print(json.dumps({"to": sys.argv[1], "body": sys.argv[2]}))' "$1" "$2")
  # The key makes a repetition of this request the same send: curl may try it again.
  id=$(call --retry 5 --retry-all-errors -H "Idempotency-Key: ${IDEMPOTENCY_KEY:-$(cat /proc/sys/kernel/random/uuid)}" \
    -H 'Content-Type: application/json' -d "$body" "$POSTRIDER/api/whatsapp/send" | field id)
  state=$(call --retry 5 "$POSTRIDER/api/sends/$id/wait?for=delivered&timeout=60" | field state)
  echo "$id $state"
  [ "$state" = delivered ] || [ "$state" = read ]
}

# Standard Webhooks. `openssl` shows the key to whoever lists processes: a server of yours does this in its own language.
verify() {
  local id=$1 time=$2 signatures=$3 key expected one
  (( $(date +%s) - time < 300 && time - $(date +%s) < 300 )) || { echo "it is too old" >&2; return 1; }
  case "$ACTION_SECRET" in
    whsec_*) key=$(printf %s "${ACTION_SECRET#whsec_}" | base64 -d | od -An -v -tx1 | tr -d ' \n') ;;
    *) key=$(printf %s "$ACTION_SECRET" | od -An -v -tx1 | tr -d ' \n') ;;
  esac
  expected=$({ printf '%s.%s.' "$id" "$time"; cat; } | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | base64)
  # While a secret is replaced there are two, with a space between.
  for one in $signatures; do
    [ "$one" = "v1,$expected" ] && return 0
  done
  echo "it is not signed with this secret" >&2
  return 1
}

"$@"
