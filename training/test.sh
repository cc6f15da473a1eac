#!/bin/sh
# Runs the unit tests of training: features, golden vectors, exported models. Needs no patient data.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 PYTHONPATH="$here" PYTHONDONTWRITEBYTECODE=1
cd "$here"
exec "${PYTHON:-/usr/bin/python3}" -m unittest discover -s tests -t . "$@"
