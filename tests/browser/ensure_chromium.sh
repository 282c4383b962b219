#!/bin/sh
# Make sure there is a Chromium for the browser tests: from Debian's packages where we may install them, else say
# what to do. Where there is none the browser tests skip, saying so; on continuous integration that is a failure.
set -eu

for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done

if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "Installing Chromium for the browser tests ..."
    if apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
    then exit 0; fi
fi

echo "No Chromium was found, so the browser tests will be skipped. To run them, install it:"
echo "  Debian, Ubuntu: sudo apt-get install chromium    Fedora: sudo dnf install chromium    macOS: brew install --cask chromium"
test -z "${CI:-}"
