# The clips that simulated cameras replay, made by ffmpeg. `vedette simulate` looks for them beside its own
# program and one folder up, so the presets' build folders share build/clips.
find_program(FFMPEG ffmpeg REQUIRED)
find_file(CLIP_FONT DejaVuSansMono-Bold.ttf PATHS /usr/share/fonts/truetype/dejavu /usr/share/fonts/TTF REQUIRED)

cmake_path(GET CMAKE_BINARY_DIR PARENT_PATH clips_parent)
if(NOT clips_parent STREQUAL "${CMAKE_SOURCE_DIR}/build")
  set(clips_parent ${CMAKE_BINARY_DIR})
endif()
set(VEDETTE_CLIPS_DIR ${clips_parent}/clips)

set(clip_hues 205 28 140 320)
set(clip_tones 330 440 550 660)
foreach(camera RANGE 1 4)
  math(EXPR index "${camera} - 1")
  list(GET clip_hues ${index} hue)
  list(GET clip_tones ${index} tone)
  set(clip ${VEDETTE_CLIPS_DIR}/cam${camera})
  add_custom_command(OUTPUT ${clip}-main.h264 ${clip}-main.aac ${clip}-sub.h264 ${clip}.jpg
    COMMAND ${CMAKE_SOURCE_DIR}/cmake/make_clip.sh ${VEDETTE_CLIPS_DIR} ${camera} ${hue} ${tone} ${CLIP_FONT}
    DEPENDS ${CMAKE_SOURCE_DIR}/cmake/make_clip.sh
    COMMENT "Making the clips of simulated camera ${camera}" VERBATIM)
  list(APPEND clip_files ${clip}-main.h264 ${clip}-main.aac ${clip}-sub.h264)
endforeach()
set(h265_clip ${VEDETTE_CLIPS_DIR}/h265.h265)
add_custom_command(OUTPUT ${h265_clip}
  COMMAND ${CMAKE_SOURCE_DIR}/cmake/make_h265_clip.sh ${VEDETTE_CLIPS_DIR}
  DEPENDS ${CMAKE_SOURCE_DIR}/cmake/make_h265_clip.sh
  COMMENT "Making the clip of simulated H.265 cameras" VERBATIM)
list(APPEND clip_files ${h265_clip})
add_custom_target(clips ALL DEPENDS ${clip_files})
