# The web client, and the API client that it uses (web/sdk): built by npm from web/, compiled into programs as the library vedette_web_assets.
#
# The build is shared by all presets (build/web): it does not depend on how the C++ is compiled.
set(VEDETTE_WEB_DIR ${CMAKE_SOURCE_DIR}/web)
set(VEDETTE_WEB_OUT ${CMAKE_SOURCE_DIR}/build/web)

find_program(NPM npm)
if(NOT NPM)
  message(FATAL_ERROR "The web client is built with Node.js: install the packages nodejs and npm, or use ./run build.")
endif()

file(GLOB_RECURSE web_sources CONFIGURE_DEPENDS ${VEDETTE_WEB_DIR}/src/* ${VEDETTE_WEB_DIR}/public/* ${VEDETTE_WEB_DIR}/sdk/src/*)
file(GLOB web_configuration CONFIGURE_DEPENDS ${VEDETTE_WEB_DIR}/*.json ${VEDETTE_WEB_DIR}/*.ts ${VEDETTE_WEB_DIR}/*.js
  ${VEDETTE_WEB_DIR}/*.cjs ${VEDETTE_WEB_DIR}/*.html ${VEDETTE_WEB_DIR}/sdk/*.json)

# Beside the packages, so that an emptied build folder does not need the network.
set(web_installed ${VEDETTE_WEB_DIR}/node_modules/.installed)
add_custom_command(OUTPUT ${web_installed}
  COMMAND ${CMAKE_COMMAND} -E make_directory ${VEDETTE_WEB_OUT}
  COMMAND ${NPM} ci --no-audit --no-fund --loglevel=error
  COMMAND ${CMAKE_COMMAND} -E touch ${web_installed}
  DEPENDS ${VEDETTE_WEB_DIR}/package.json ${VEDETTE_WEB_DIR}/package-lock.json ${VEDETTE_WEB_DIR}/sdk/package.json
  WORKING_DIRECTORY ${VEDETTE_WEB_DIR}
  COMMENT "Installing the web client's packages" VERBATIM)

set(web_assets_cpp ${CMAKE_BINARY_DIR}/web_assets.cpp)
set(web_built ${VEDETTE_WEB_OUT}/built)
add_custom_command(OUTPUT ${web_built}
  COMMAND ${NPM} run --silent build
  COMMAND ${CMAKE_COMMAND} -E touch ${web_built}
  DEPENDS ${web_installed} ${web_sources} ${web_configuration} ${CMAKE_SOURCE_DIR}/docs/ref/openapi.yaml
  WORKING_DIRECTORY ${VEDETTE_WEB_DIR}
  COMMENT "Building the web client" VERBATIM)
add_custom_command(OUTPUT ${web_assets_cpp}
  COMMAND ${CMAKE_COMMAND} -DDIST=${VEDETTE_WEB_DIR}/dist -DOUTPUT=${web_assets_cpp}
          -P ${CMAKE_SOURCE_DIR}/cmake/embed_web_assets.cmake
  DEPENDS ${web_built} ${CMAKE_SOURCE_DIR}/cmake/embed_web_assets.cmake
  COMMENT "Embedding the web client" VERBATIM)
add_custom_target(web DEPENDS ${web_assets_cpp})

add_library(vedette_web_assets STATIC ${web_assets_cpp})
target_link_libraries(vedette_web_assets PUBLIC vedette_hub_api)
