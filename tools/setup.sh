#!/bin/sh
# Makes .venv with everything of the lock and the `shemtov` command, then sees to a Chromium.
# A second run compares a stamp and is done. LOCK=requirements.lock leaves the developer's tools out, and stays so.
set -eu
cd "$(dirname "$0")/.."

VENV=.venv
STAMP=$VENV/.stamp
LOCK=${LOCK:-$(cut -d ' ' -f 1 "$STAMP" 2>/dev/null || true)}
LOCK=${LOCK:-requirements-dev.lock}

say() { printf '%s\n' "setup: $*"; }
fail() { printf '%s\n' "setup: $*" >&2; exit 1; }

# A pyenv shim answers to `command -v` without having a Python behind it, so each candidate is run.
new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
has_venv() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }
has_virtualenv() { "$1" -c 'import virtualenv' >/dev/null 2>&1; }
has_pip() { "$1" -m pip --version >/dev/null 2>&1; }
any() { true; }

candidates() { printf '%s\n' ${PYTHON:-} python3.13 python3.12 python3.11 python3.14 python3 python /usr/bin/python3; }

find_python() {
    for name in $(candidates); do
        if new_enough "$name" && "$1" "$name"; then
            echo "$name"
            return
        fi
    done
}

# Debian keeps ensurepip in a package of its own; its pip, where there is one, can fill a venv that has none.
make_venv() {
    python=$(find_python has_venv)
    if [ -n "$python" ] && "$python" -m venv --clear "$VENV"; then return; fi
    python=$(find_python has_virtualenv)
    if [ -n "$python" ] && "$python" -m virtualenv --quiet --clear "$VENV"; then return; fi
    python=$(find_python has_pip)
    if [ -n "$python" ] && "$python" -m venv --clear --without-pip "$VENV"; then return; fi
    python=$(find_python any)
    [ -n "$python" ] || fail "Python 3.11 or newer is needed and not found: install it, or name it with make setup PYTHON=/path/to/python3"
    fail "$("$python" --version) cannot make virtual environments: apt-get install python3-venv (Debian, Ubuntu), then make setup again"
}

in_venv() {
    if has_pip "$VENV/bin/python"; then
        "$VENV/bin/python" -m pip "$@"
    else
        "$(find_python has_pip)" -m pip --python "$VENV/bin/python" "$@"
    fi
}

wanted_stamp() {
    "$VENV/bin/python" - "$LOCK" requirements-learn.lock pyproject.toml <<'PY'
import hashlib, os, pathlib, sys
content = b"\0".join(pathlib.Path(name).read_bytes() for name in sys.argv[1:])
print(sys.argv[1], os.getcwd(), sys.version.split()[0], hashlib.sha256(content).hexdigest())
PY
}

# The text model's reader is one large wheel for some machines; elsewhere, or when it is not to be had, rules label alone.
see_to_learn() {
    in_venv install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements-learn.lock ||
        say "no text model to be had here: labels come from the rules alone (docs/labels.md)"
}

usable_venv() { [ -x "$VENV/bin/python" ] && new_enough "$VENV/bin/python"; }

install_packages() {
    usable_venv || make_venv
    say "installing $LOCK into $VENV ($("$VENV/bin/python" --version))"
    in_venv install --quiet --disable-pip-version-check --require-hashes -r "$LOCK"
    see_to_learn
    PYTHONWARNINGS=ignore in_venv install --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation -e .
    wanted_stamp >"$STAMP"
}

runs() { [ -n "$1" ] && "$1" --version >/dev/null 2>&1; }

own_chromium() {
    "$VENV/bin/python" -c 'from playwright.sync_api import sync_playwright as p
with p() as run: print(run.chromium.executable_path)' 2>/dev/null || true
}

system_chromium() {
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        if runs "$name"; then
            command -v "$name"
            return
        fi
    done
}

set_chromium() {
    if [ -n "${SHEMTOV_CHROMIUM:-}" ]; then
        echo "$SHEMTOV_CHROMIUM"
    elif [ -f .env ]; then
        sed -n 's/^ *SHEMTOV_CHROMIUM *= *//p' .env | tr -d "\"'" | tail -n 1
    fi
}

limited() { if command -v timeout >/dev/null; then timeout 300 "$@"; else "$@"; fi; }

# Playwright's own program needs a library that small systems leave out.
see_to_driver() {
    if "$VENV/bin/python" -m playwright --version >/dev/null 2>&1; then return; fi
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "installing libatomic1, which Playwright's driver needs"
        limited apt-get update -qq >/dev/null 2>&1 || true
        DEBIAN_FRONTEND=noninteractive limited apt-get install -y -qq libatomic1 >/dev/null 2>&1 || true
        if "$VENV/bin/python" -m playwright --version >/dev/null 2>&1; then return; fi
    fi
    say "Playwright's driver does not run: no look through a browser, no PDF; on Debian: apt-get install libatomic1"
}

see_to_chromium() {
    named=$(set_chromium)
    if [ -n "$named" ]; then
        runs "$named" || fail "SHEMTOV_CHROMIUM=$named does not run"
        return
    fi
    if [ -n "$(system_chromium)" ] || runs "$(own_chromium)"; then return; fi
    say "no Chromium here; asking Playwright for its own"
    limited "$VENV/bin/python" -m playwright install chromium >/dev/null 2>&1 && runs "$(own_chromium)" && return
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "not to be had from there; installing the system's"
        limited apt-get update -qq >/dev/null 2>&1 || true
        DEBIAN_FRONTEND=noninteractive limited apt-get install -y -qq chromium >/dev/null 2>&1 || true
        if [ -n "$(system_chromium)" ]; then return; fi
    fi
    say "no Chromium: everything works but looks through a browser; install one (apt-get install chromium) or set SHEMTOV_CHROMIUM to its path"
}

# Developers' tests read the printed paper with poppler; without it they skip and say so.
see_to_poppler() {
    if [ "$LOCK" != requirements-dev.lock ] || command -v pdftotext >/dev/null; then return; fi
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then return; fi
    say "installing poppler-utils, which tests read PDFs with"
    install_poppler || { limited apt-get update -qq >/dev/null 2>&1 && install_poppler; } || say "no poppler-utils to be had: tests of paper skip some checks"
}

install_poppler() { DEBIAN_FRONTEND=noninteractive limited apt-get install -y -qq poppler-utils >/dev/null 2>&1; }

if ! usable_venv || [ ! -x "$VENV/bin/shemtov" ] || [ "$(cat "$STAMP" 2>/dev/null)" != "$(wanted_stamp)" ]; then
    install_packages
    see_to_driver
    see_to_chromium
    see_to_poppler
    say "ready: $VENV/bin/shemtov --help"
elif [ "${1:-}" != quiet ]; then
    see_to_driver
    see_to_chromium
    see_to_poppler
    say "ready (nothing to do): $VENV/bin/shemtov --help"
fi
