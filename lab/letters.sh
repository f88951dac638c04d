#!/usr/bin/env bash
# What share of the letters of handwriting fonts a model rejects: of the fonts by which the mix of non-digits was chosen, and of fonts that chose
# nothing; each face as often as another.
# Usage, on Debian: MNIST_DATA=DIR lab/letters.sh [MODEL]      models/mnist.onnx by default. The packages of fonts are unpacked into a temporary folder,
# not installed.
set -euo pipefail
model=$(realpath "${1:-$(dirname "$0")/../models/mnist.onnx}")
cd "$(dirname "$0")/.."
chose=(fonts-breip fonts-bwht fonts-dancingscript fonts-dkg-handwriting fonts-ecolier-court fonts-femkeklaver fonts-humor-sans fonts-kristi)
others=(fonts-comic-neue fonts-havana fonts-isabella fonts-kaushanscript fonts-klee fonts-leckerli-one
  fonts-lobster fonts-lobstertwo fonts-sjfonts fonts-tomsontalks)

fonts=$(mktemp -d)
trap 'rm -rf "$fonts"' EXIT
unpack() { # FOLDER PACKAGE...
  mkdir "$fonts/$1"
  (cd "$fonts/$1" && apt-get download -qq -o APT::Sandbox::User=root "${@:2}" && for package in *.deb; do dpkg -x "$package" .; done)
}

unpack chose "${chose[@]}"
unpack others "${others[@]}"
dotnet build -c Release src/MnistTrainer --nologo -v quiet
for set in chose others; do
  rejected=$(dotnet run -c Release --no-build --project src/MnistTrainer -- evaluate --model "$model" --fonts "$fonts/$set" --fashion none |
    grep -oP 'letters rejected +\| \K[\d.]+ %') || { echo "'$model' rejects nothing." >&2; exit 1; }
  echo "$set: $rejected of the letters rejected"
done
