#!/usr/bin/env bash
# How many letters of handwriting fonts a model rejects: of the fonts by which the mix of non-digits was chosen, and of fonts that chose nothing.
# Usage, on Debian: MNIST_DATA=DIR bench/letters.sh [MODEL]      models/mnist.onnx by default. The packages of fonts are unpacked into a temporary folder, not installed.
set -euo pipefail
cd "$(dirname "$0")/.."
model=${1:-models/mnist.onnx}
chose=(fonts-breip fonts-bwht fonts-dancingscript fonts-dkg-handwriting fonts-ecolier-court fonts-femkeklaver fonts-humor-sans fonts-kristi)
others=(fonts-comic-neue fonts-havana fonts-isabella fonts-kaushanscript fonts-klee fonts-leckerli-one fonts-lobster fonts-lobstertwo fonts-sjfonts fonts-tomsontalks)

fonts=$(mktemp -d)
trap 'rm -rf "$fonts"' EXIT
unpack() { # FOLDER PACKAGE...
  mkdir "$fonts/$1"
  (cd "$fonts/$1" && apt-get download -qq "${@:2}" 2>/dev/null && for package in *.deb; do dpkg -x "$package" .; done)
}

unpack chose "${chose[@]}"
unpack others "${others[@]}"
dotnet build -c Release src/MnistTrainer --nologo -v quiet
for set in chose others; do
  rejected=$(dotnet run -c Release --no-build --project src/MnistTrainer -- evaluate --model "$model" --fonts "$fonts/$set" --fashion none | grep -oP 'letters rejected +\| \K[\d.]+ %')
  echo "$set: $rejected of the letters rejected"
done
