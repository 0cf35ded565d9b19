#!/bin/sh
# make_clip.sh FOLDER CAMERA HUE TONE FONT
#
# Makes the clips of one simulated camera: camN-main.h264 (1080p25, 4 Mbit/s), camN-main.aac camN-sub.h264
# (640x360, 400 kbit/s), 10 s long, and camN.jpg, the picture that the camera gives over ONVIF. Every build folder shares them: what was made by this very recipe is kept.
# Closed groups of 50 pictures without B-frames, so that a clip can be repeated; the hue and the tone tell the
# cameras apart, the burnt-in timecode and frame number tell pictures apart.
set -eu
folder=$1 camera=$2 hue=$3 tone=$4 font=$5
recipe="$(cksum <"$0") $hue $tone $font"
mkdir -p "$folder"
exec 9>"$folder/.cam$camera.lock"
flock 9
clip=$folder/cam$camera
if [ "$(cat "$clip.recipe" 2>/dev/null)" = "$recipe" ] && [ -s "$clip-main.h264" ] && [ -s "$clip-main.aac" ] && [ -s "$clip-sub.h264" ] && [ -s "$clip.jpg" ]; then
  touch "$clip-main.h264" "$clip-main.aac" "$clip-sub.h264" "$clip.jpg"
  exit 0
fi

box="fontfile=$font:fontcolor=white:box=1:boxcolor=black@0.6"
video="[0:v]colorize=hue=$hue:saturation=0.55:lightness=0.5"
video="$video,drawtext=$box:boxborderw=18:fontsize=80:x=60:y=110:text='Camera $camera'"
video="$video,drawtext=$box:boxborderw=14:fontsize=64:x=60:y=250:timecode='00\:00\:00\:00':rate=25"
video="$video,drawtext=$box:boxborderw=10:fontsize=44:x=60:y=370:text='frame %{frame_num}'"
video="$video,split[main][copy];[copy]scale=640:360,split[sub][still]"
x264="-c:v libx264 -preset ultrafast -pix_fmt yuv420p -threads 1 -bf 0 -g 50 -keyint_min 50 -sc_threshold 0"

# shellcheck disable=SC2086  # $x264 is a list of options
ffmpeg -nostdin -v error -y -filter_complex_threads 1 \
  -f lavfi -i testsrc2=size=1920x1080:rate=25:duration=10 -f lavfi -i "sine=frequency=$tone:sample_rate=48000:duration=10" \
  -filter_complex "$video" \
  -map '[main]' $x264 -b:v 4M -maxrate 4M -bufsize 2M -f h264 "$clip-main.h264.part" \
  -map '[sub]' $x264 -b:v 400k -maxrate 400k -bufsize 200k -f h264 "$clip-sub.h264.part" \
  -map '[still]' -frames:v 1 -c:v mjpeg -q:v 4 -f image2 -update 1 "$clip.jpg.part" \
  -map 1:a -c:a aac -b:a 128k -ac 2 -f adts "$clip-main.aac.part"
for name in -main.h264 -main.aac -sub.h264 .jpg; do mv "$clip$name.part" "$clip$name"; done
echo "$recipe" >"$clip.recipe"
