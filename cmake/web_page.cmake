# Builds the front end in web/ and puts its page into the program.
#
# embed_web_page(TARGET) defines tidemill::pages::dashboard_page() of src/pages/page.h.

function(embed_web_page target)
  if(NOT EXISTS "${CMAKE_SOURCE_DIR}/src/pages/page.h")
    return()
  endif()
  set(page "${CMAKE_SOURCE_DIR}/web/dist/dashboard.html")
  file(GLOB_RECURSE inputs CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/web/src/*")
  file(GLOB settings CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/web/*.json" "${CMAKE_SOURCE_DIR}/web/*.ts"
    "${CMAKE_SOURCE_DIR}/web/*.js" "${CMAKE_SOURCE_DIR}/web/*.mjs" "${CMAKE_SOURCE_DIR}/web/*.html")
  add_custom_command(
    OUTPUT "${page}"
    COMMAND "${CMAKE_SOURCE_DIR}/tools/build_web"
    DEPENDS "${CMAKE_SOURCE_DIR}/tools/build_web" ${inputs} ${settings}
    COMMENT "Building web/dist/dashboard.html"
    VERBATIM)
  set(generated "${CMAKE_BINARY_DIR}/generated/dashboard_page.cc")
  configure_file("${CMAKE_SOURCE_DIR}/cmake/dashboard_page.cc.in" "${generated}" @ONLY)
  set_source_files_properties("${generated}" PROPERTIES OBJECT_DEPENDS "${page}")
  target_sources(${target} PRIVATE "${generated}" "${page}")
endfunction()
