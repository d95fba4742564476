#!/usr/bin/env bash
# Trains with what the processor leaves idle, in two processes of one thread (faster than one of two threads).
#   background.sh start POOL RUN [OPTION...]   goes on where RUN was stopped; the options are those of train.py, the
#                                              same each time
#   background.sh status RUN
#   background.sh stop RUN                     saves first
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
pid() { cat "$1/pid" 2>/dev/null || true; }
running() { [ -n "$(pid "$1")" ] && kill -0 "$(pid "$1")" 2>/dev/null; }

case "${1:-}" in
  start)
    pool=${2:?the pool} run=${3:?the run}
    mkdir -p "$run"
    if running "$run"; then echo "already training"; exit; fi
    OMP_NUM_THREADS=1 setsid nohup nice -n 19 \
      python3 -W ignore -m torch.distributed.run --nproc-per-node 2 "$here/train.py" "$pool" "$run" --device cpu "${@:4}" \
      >> "$run/output.txt" 2>&1 < /dev/null &
    echo $! > "$run/pid" ;;
  status)
    if running "${2:?the run}"; then echo training; else echo "not training"; fi
    tail -n 1 "$2/log.txt" ;;
  stop)
    running "${2:?the run}" && kill "$(pid "$2")" ;;
  *)
    sed -n '2,6p' "${BASH_SOURCE[0]}"
    exit 2 ;;
esac
