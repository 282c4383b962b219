#!/bin/sh
# Make sure there is a Firefox for the browser tests, and PulseAudio, whose empty output lets it play where there is no
# sound card: from Debian's packages where we may install them, else say what to do. Where they lack, the tests of
# Firefox skip, saying so; Chromium's still run.
set -eu

is_there() {
    command -v pulseaudio >/dev/null 2>&1 && { command -v firefox-esr >/dev/null 2>&1 || command -v firefox >/dev/null 2>&1; }
}

if is_there; then exit 0; fi

if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "Installing Firefox and PulseAudio for the browser tests ..."
    if apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends firefox-esr pulseaudio >/dev/null
    then exit 0; fi
fi

echo "No Firefox with PulseAudio was found, so its tests will be skipped. To run them, install both:"
echo "  Debian: sudo apt-get install firefox-esr pulseaudio    Fedora: sudo dnf install firefox pulseaudio"
