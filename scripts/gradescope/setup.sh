#!/bin/sh
# Gradescope runs this once, as root, when it builds the autograder's image: it makes the
# environment that run_autograder uses. It lies at the root of the zip, beside the project's folders.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
. "$root/scripts/environment.sh"
export DEBIAN_FRONTEND=noninteractive

# In a subshell, which find_python ends when there is no Python that will do.
has_python() (
    find_python 2>/dev/null && "$python" -I -c 'import ensurepip, venv' </dev/null >/dev/null 2>&1
)

if ! has_python; then
    apt-get update -q
    apt-get install -y -q python3-venv
fi
if ! has_python; then # Ubuntu 22.04 comes with Python 3.10
    apt-get install -y -q software-properties-common
    add-apt-repository -y ppa:deadsnakes/ppa
    apt-get install -y -q python3.12-venv
fi
prepare ''
