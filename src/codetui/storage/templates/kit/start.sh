#!/bin/sh
# Starts codetui from this folder; installs it on this computer the first time, without a network.
set -eu
here=$$(cd "$$(dirname "$$0")" && pwd)
home=$${CODETUI_KIT:-$$HOME/.codetui-kit}
if [ ! -x "$$home/env/bin/codetui" ]; then
    echo "Installing codetui in $$home (once) ..."
    python$python -m venv "$$home/env"
    "$$home/env/bin/python" -m pip install --quiet --no-index --find-links "$$here/wheels" "codetui[sources]"
fi
sessions=$$here/study/sessions
mkdir -p "$$sessions" 2>/dev/null || true
if [ ! -w "$$sessions" ]; then
    sessions=$$home/sessions
    mkdir -p "$$sessions"
    echo "This folder is read-only: your work is saved in $$sessions" >&2
fi
cd "$$here/study"
case "$${1:-}" in
    help|tutor|config|completion|codebook) exec "$$home/env/bin/codetui" "$$@" ;;
    ""|-*) exec "$$home/env/bin/codetui"$corpus --sessions "$$sessions" "$$@" ;;
    *) command=$$1; shift; exec "$$home/env/bin/codetui" "$$command"$corpus --sessions "$$sessions" "$$@" ;;
esac
