#!/bin/sh
# make_h265_clip.sh FOLDER
#
# Makes h265.h265, the clip of simulated H.265 cameras: 640x360 at 25 pictures a second, 4 s long, closed groups of
# 50 pictures without B-frames. As make_clip.sh it keeps what was made by this very recipe.
set -eu
folder=$1
recipe=$(cksum <"$0")
mkdir -p "$folder"
exec 9>"$folder/.h265.lock"
flock 9
clip=$folder/h265
if [ "$(cat "$clip.recipe" 2>/dev/null)" = "$recipe" ] && [ -s "$clip.h265" ]; then
  touch "$clip.h265"
  exit 0
fi
ffmpeg -nostdin -v error -y -f lavfi -i testsrc2=size=640x360:rate=25:duration=4 -pix_fmt yuv420p -c:v libx265 \
  -preset ultrafast -b:v 400k -x265-params log-level=none:bframes=0:keyint=50:min-keyint=50:scenecut=0:open-gop=0:pools=1 \
  -f hevc "$clip.h265.part"
mv "$clip.h265.part" "$clip.h265"
echo "$recipe" >"$clip.recipe"
