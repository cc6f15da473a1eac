#!/bin/sh
# Prepares, trains, evaluates and exports the models in one go. See README.md; --help lists the options.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-/usr/bin/python3}
if ! "$python" -c 'import torch, onnx, sklearn, pandas, numba' 2>/dev/null; then
    echo "training: $python lacks torch, onnx, sklearn, pandas or numba. On Debian 12:" >&2
    echo "  apt-get install python3-torch python3-onnx python3-sklearn python3-pandas python3-numba libopenblas0-pthread" >&2
    echo "Another interpreter can be named with PYTHON=/path/to/python3." >&2
    exit 1
fi
# Threads are set before the libraries load: they fight for the cores otherwise, and sums would lose their order.
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 PYTHONPATH="$here" PYTHONDONTWRITEBYTECODE=1
if [ "${1:-}" = data-report ]; then
    shift
    if ! "$python" -c 'import matplotlib' 2>/dev/null; then
        echo "training: data-report draws with matplotlib, which $python lacks. On Debian 12: apt-get install python3-matplotlib" >&2
        exit 1
    fi
    exec "$python" -m medai_training.datareport "$@"
fi
exec "$python" -m medai_training "$@"
