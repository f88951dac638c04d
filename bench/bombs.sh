#!/usr/bin/env bash
# Small files that would cost an image codec seconds or hundreds of megabytes, sent to the published service: a Markdown table of what each answer takes.
# Fails where the median of an answer's time is above 20 ms, where resident memory's peak grows by more than 20 MB, or where an answer is another than stated.
# Usage, on an idle machine: bench/bombs.sh     env: LIMIT_MS=20 LIMIT_MB=20 TIMES=9 PORT=5900 APP=PUBLISHED_FOLDER     needs: curl, python3 (makes the files)
set -euo pipefail
source "$(dirname "$0")/service.sh"
times=${TIMES:-9}

python3 - "$work" <<'PY'
import struct, sys, zlib

def chunk(name, data): return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
def png(*chunks, side=28, rows=None):
    pixels = zlib.compress(rows or (b"\0" + b"\xff" * 13 + b"\0\0" + b"\xff" * 13) * side, 9)  # a bar
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
def exif(entries): return b"II*\0\x08\0\0\0" + struct.pack("<H", min(entries, 65535)) + b"\x12\1\3\0\1\0\0\0\1\0\0\0" * entries
def jpeg(marker, head, size):
    segment = b"\xff" + marker + struct.pack(">H", 65002) + head + b"\0" * (65000 - len(head))
    return b"\xff\xd8" + segment * (size // 65000) + b"\xff\xd9"
def webp(*chunks, flags):
    body = b"WEBPVP8X" + struct.pack("<IB", 10, flags) + b"\0\0\0" + b"\x63\0\0" * 2 + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body
def piece(name, data): return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
def gif(frames): return b"GIF89a" + b"\x64\0\x64\0\x80\0\0\xff\xff\xff\0\0\0" + b"\x21\xf9\4\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2\x44\1\0" * frames + b";"
frame = piece(b"ANMF", b"\0" * 12 + b"\x0a\0\0\0" + piece(b"VP8L", b"\x2f\0\0\0\x10\7\x10\x11\x11\x88\x88\xfe\7"))
still = frame[24:]

files = {  # the answer that is expected, and the file
    "PNG of 50,000×50,000 pixels": (413, png(side=50000, rows=b"\0" * 4_000_000)),
    "GIF of 3,000 frames": (413, gif(3000)),
    "GIF of 100,000 frames": (413, gif(100_000)),
    "WebP of 3,000 frames": (413, webp(piece(b"ANIM", b"\0" * 6), frame * 3000, flags=2)),
    "WebP of 20,000 frames": (413, webp(piece(b"ANIM", b"\0" * 6), frame * 20_000, flags=2)),
    "PNG, ICC profile of 200 MB, compressed": (200, png(chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(200_000_000), 9)))),
    "JPEG, ICC profile of 4 MB": (413, jpeg(b"\xe2", b"ICC_PROFILE\0\1\x82", 4_000_000)),
    "WebP, ICC profile of 4 MB": (413, webp(piece(b"ICCP", bytes(4_000_000)), still, flags=0x20)),
    "PNG, EXIF of 60 kB that chains": (200, png(chunk(b"eXIf", exif(5000)))),
    "PNG, EXIF of 4 MB": (413, png(chunk(b"eXIf", exif(330_000)))),
    "JPEG, EXIF of 4 MB": (413, jpeg(b"\xe1", b"Exif\0\0", 4_000_000)),
    "WebP, EXIF of 4 MB": (413, webp(still, piece(b"EXIF", exif(330_000)), flags=8)),
}
with open(f"{sys.argv[1]}/bombs", "w") as names:
    for number, (name, (status, data)) in enumerate(files.items()):
        open(f"{sys.argv[1]}/{number}", "wb").write(data)
        print(number, status, len(data), name, file=names)
PY

send() {
  curl -s -o "$work/answer" -w '%{http_code} %{time_total}\n' -H 'Content-Type: application/octet-stream' -H 'Expect:' --data-binary "@$1" "$url/predict"
}

start_service
for i in $(seq 300); do send bench/three.png; done >/dev/null # to warm up: ordinary pictures alone

echo "| file | bytes | answer | ms, median of $times | ms, slowest | resident memory, growth of its peak, MB |"
echo "|---|---:|---:|---:|---:|---:|"
failed=0
while read -r number status bytes name; do
  echo 5 >"/proc/$service/clear_refs" # the peak begins anew
  before=$(resident_mb)
  for i in $(seq "$times"); do send "$work/$number"; done | sort -k2n >"$work/times"
  awk -v name="$name" -v bytes="$bytes" -v status="$status" -v before="$before" -v after="$(resident_mb VmHWM)" \
    -v ms="${LIMIT_MS:-20}" -v mb="${LIMIT_MB:-20}" '
    { t[NR] = $2 * 1000; if ($1 != status) wrong = " instead of " status; answer = $1 }
    END { median = t[int((NR + 1) / 2)]
      printf "| %s | %d | %s%s | %.1f | %.1f | %.1f |\n", name, bytes, answer, wrong, median, t[NR], after - before
      exit wrong != "" || median > ms || after - before > mb }' "$work/times" || failed=1
done <"$work/bombs"
exit $failed
