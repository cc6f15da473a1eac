#!/usr/bin/env bash
# Starts the fleet of docker-compose.yml: makes .env with secrets of its own and the fleet's key where they are not there yet.
#
#   deploy/compose.sh up                  builds the image and starts everything; the addresses are printed
#   deploy/compose.sh ps|logs|down ...    is docker compose ps|logs|down ...
#
# Nothing that is there is made anew: delete .env and the volumes ('deploy/compose.sh down --volumes') to begin from nothing.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."

fail() { printf 'compose.sh: %s\n' "$*" >&2; exit 1; }
docker compose version >/dev/null 2>&1 || fail "there is no 'docker compose' here (2.20 or later is needed)."

secret() { od -An -vtx1 -N24 /dev/urandom | tr -d ' \n'; }

# A secret that is empty in the example gets a value of this machine's own; MEDAI_KEY is the program's to make.
make_environment() {
  [ ! -e .env ] || return 0
  (
    umask 077
    while IFS= read -r line; do
      case $line in
        MEDAI_KEY=) printf '%s\n' "$line" ;;
        [A-Z]*=) printf '%s%s\n' "$line" "$(secret)" ;;
        *) printf '%s\n' "$line" ;;
      esac
    done <.env.example >.env.new
    mv .env.new .env
  )
  echo "made .env with new secrets"
}

make_key() {
  if grep -q '^MEDAI_KEY=.' .env; then return 0; fi
  local key
  key=$(docker compose --profile tools run --rm -T --no-deps keys create --name fleet --scope ingest --scope read --scope control)
  [ -n "$key" ] || fail "the program made no key."
  (umask 077; { grep -v '^MEDAI_KEY=' .env; printf 'MEDAI_KEY=%s\n' "$key"; } >.env.new)
  mv .env.new .env
  echo "made the fleet's key (MEDAI_KEY in .env)"
}

if [ "${1:-}" != up ]; then exec docker compose "$@"; fi
shift
make_environment
docker compose build gateway
make_key
docker compose up --detach "$@"
cat <<'ADDRESSES'
gateway     http://127.0.0.1:8080          (Authorization: Bearer MEDAI_KEY of .env)
Grafana     http://127.0.0.1:3000          (admin, GRAFANA_PASSWORD of .env)
Prometheus  http://127.0.0.1:9090
InfluxDB    http://127.0.0.1:8086          (medai, INFLUX_PASSWORD of .env)
RabbitMQ    http://127.0.0.1:15672         (medai, RABBITMQ_PASSWORD of .env)
All patients are made up. This is a secondary monitor: it does not replace the bedside alarm.
ADDRESSES
