# Sourced by scripts/dlprep and scripts/test, with $root set to the checkout: makes the project's
# own Python environment, .venv, and renews it. One that is in order costs a single short process.
# POSIX sh; `-ef` has only been POSIX since 2024, but dash, bash, busybox and zsh all have it.

venv=$root/.venv
# What was installed, a line each: the checksum of pyproject.toml, the checkout, the Python, the
# extras. Only "unfinished" while .venv is being made; no such file in a .venv that a user made.
stamp=$venv/dlprep-stamp

say() { printf 'dlprep: %s\n' "$1" >&2; }

# Exit code 3, never 1: for `dlprep check`, 1 would be a verdict on the submission.
stop() {
    say "$1"
    exit 3
}

unwritable() {
    stop "cannot write to $root: copy it to a folder that you may write to, and run it there."
}

# Whether the environment fits this pyproject.toml, lies where it was made, still has the Python it
# was made with (upgrades of the system replace that), and has the extras "$1".
in_order() {
    checksum='' home='' python='' extras=''
    [ -r "$stamp" ] && {
        IFS= read -r checksum
        IFS= read -r home
        IFS= read -r python
        IFS= read -r extras
    } <"$stamp"
    case $extras in "$1"*) ;; *) return 1 ;; esac
    [ "$home" = "$root" ] && [ -x "$venv/bin/dlprep" ] && [ "$venv/bin/python" -ef "$python" ] &&
        [ "$checksum" = "$(cksum <"$root/pyproject.toml")" ]
}

# Set $python to one that can make the environment, else to the environment's own.
# -I here and below: the user's folder may well hold a random.py or a copy.py.
find_python() {
    if [ -n "${DLPREP_PYTHON:-}" ]; then
        set -- "$DLPREP_PYTHON"
        none="DLPREP_PYTHON=$DLPREP_PYTHON is no working Python 3.11 or newer."
    else
        set -- python3 python3.14 python3.13 python3.12 python3.11 python
        none='no Python 3.11 or newer was found: install one, or set DLPREP_PYTHON to its path.'
    fi
    # Run, not only looked up: what is on the PATH may be a shim with nothing behind it.
    # The environment's own comes last: another first run may just be making it.
    for python in "$@" "$venv/bin/python"; do
        "$python" -I -c 'import fcntl, sys; sys.exit(sys.version_info < (3, 11))' \
            </dev/null >/dev/null 2>&1 &&
            return
    done
    stop "$none"
}

# Wait until no other set-up of this checkout runs. The system holds the lock for as long as the
# descriptor 9 is open in this shell or in the step that it runs: nothing is left to go stale.
lock() {
    exec 9<"$root"
    "$python" -I -c '
import fcntl, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
try:
    fcntl.flock(9, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    print("dlprep: waiting for another set-up of this checkout to end", file=sys.stderr)
    fcntl.flock(9, fcntl.LOCK_EX)
except OSError:  # a file system without locks: two first runs at once are not held apart
    pass
' 9<&9
}

# Make room for an environment: the folder .venv, marked as unfinished.
claim() {
    find_python
    "$python" -I -c 'import venv, ensurepip' </dev/null >/dev/null 2>&1 ||
        stop "$python lacks the venv module: install it (sudo apt install python3-venv), then run this again."
    rmdir "$venv" 2>/dev/null || :
    if ! mkdir "$venv" 2>/dev/null; then
        [ ! -e "$venv" ] || stop "$venv is no Python environment: move it away and run this again."
        unwritable
    fi
    echo unfinished >"$stamp"
    new=yes
}

# Run one step of the set-up quietly; when it fails, show its last lines and give up. What this run
# has made goes; an environment that was there before stays.
step() {
    output=$("$@" </dev/null 2>&1) && return
    printf '%s\n' "$output" | tail -n 12 >&2
    hint=" If that does not help, delete $venv."
    [ -z "$new" ] || { rm -rf "$venv" && hint=''; }
    stop "the set-up failed, see above. Fix that (is there a network?) and run it again.$hint"
}

install() (
    set -- --quiet --disable-pip-version-check
    case $extras in *oracle*) set -- "$@" --no-compile ;; esac # PyTorch: most of it is not imported
    # Not `-e "$root"`: pip would read brackets in the path as extras.
    cd "$root" && exec "$venv/bin/python" -I -m pip install "$@" -e ".${extras:+[$extras]}"
)

set_up() {
    case $extras in "$1"*) ;; *) extras=$1 ;; esac # what is installed already stays so
    new=''
    if [ "$checksum" = unfinished ] ||
        { [ -f "$venv/pyvenv.cfg" ] && [ ! -x "$venv/bin/python" ]; }; then
        rm -rf "$venv" 2>/dev/null || unwritable
    fi
    if [ -x "$venv/bin/python" ]; then
        printf '' 2>/dev/null >"$stamp" || unwritable
    else
        claim
    fi

    # Nothing is removed now: a process that was interrupted too may still be writing there.
    trap 'say "the set-up was interrupted; the next run does it again."; exit 130' HUP INT TERM
    case $extras in
    *oracle*) say 'setting up once, with PyTorch (a few minutes) …' ;;
    *) say 'setting up once (about a minute) …' ;;
    esac
    [ -z "$new" ] || step "$python" -I -m venv "$venv"
    "$venv/bin/python" -I -m pip --version </dev/null >/dev/null 2>&1 || # uv makes none with pip
        step "$venv/bin/python" -I -m ensurepip
    step install
    python=$("$venv/bin/python" -I -c 'import os, sys; print(os.path.realpath(sys.executable))')
    printf '%s\n' "$(cksum <"$root/pyproject.toml")" "$root" "$python" "$extras" >"$stamp"
    trap - HUP INT TERM
}

# Make the environment fit for the extras "$1": "", "dev" or "dev,oracle" (each begins with the one
# before, so that in_order need only compare beginnings).
prepare() {
    if in_order "$1"; then return; fi
    find_python
    lock
    # Another run may just have done it. (No `||`: it would switch `set -e` off in set_up.)
    if ! in_order "$1"; then set_up "$1"; fi
    exec 9<&-
}
