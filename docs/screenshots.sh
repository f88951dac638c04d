#!/usr/bin/env bash
# Draws every picture of the page anew, by a real Chromium: docs/screenshots/*.webp, the README's docs/screenshot.png,
# the social card, and the icons of the installed page.
set -euo pipefail
cd "$(dirname "$0")/.."

dotnet build -c Release tests/Browser.Tests --nologo -v quiet
UPDATE_SCREENSHOTS=1 dotnet test --project tests/Browser.Tests -c Release --no-build --no-progress --filter-class Browser.Tests.ScreenshotTests
