# cwire_wrap(TARGET HEADER... [OPTIONS option...])
#
# Has `cwire wrap` make NAME_schema.h of each header when TARGET is built, and again when the header
# or one that it includes has changed; TARGET finds it by #include "NAME_schema.h". NAME is the
# header's, with _ for what no C name has: flow-meter.h makes flow_meter_schema.h.
#
# The wrapper asks the compiler of this build (CMAKE_C_COMPILER, CMAKE_C_FLAGS), with the macros and
# folders of TARGET. Options of TARGET that change layouts (-fshort-enums) go into CMAKE_C_FLAGS:
# where they are missing, NAME_schema.h does not compile. OPTIONS are those of `cwire wrap`:
# OPTIONS --all "can_*" --id-offset 1
#
# CWIRE_EXECUTABLE is the program; it is looked for in PATH.
cmake_policy(PUSH)
cmake_policy(VERSION 3.20)

function(cwire_wrap target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "OPTIONS")
  set(headers ${arg_UNPARSED_ARGUMENTS})
  if(NOT TARGET "${target}")
    message(FATAL_ERROR "cwire_wrap: there is no target '${target}': call add_executable before")
  endif()
  if(NOT headers)
    message(FATAL_ERROR "cwire_wrap(${target}) names no header: cwire_wrap(${target} messages.h)")
  endif()
  find_program(CWIRE_EXECUTABLE cwire DOC "The program `cwire`, for cwire_wrap")
  if(NOT CWIRE_EXECUTABLE)
    message(FATAL_ERROR "cwire_wrap needs the program `cwire`, with its part `wrap`: put it into "
      "PATH (activate its Python environment), or say where it is with "
      "-DCWIRE_EXECUTABLE=/path/to/cwire")
  endif()
  set(folder "${CMAKE_CURRENT_BINARY_DIR}/cwire/${target}")
  set(compilers "")
  if(CMAKE_C_COMPILER)
    string(JOIN " " command "\"${CMAKE_C_COMPILER}\"" ${CMAKE_C_COMPILER_ARG1} "${CMAKE_C_FLAGS}")
    if(CMAKE_C_COMPILER_TARGET AND CMAKE_C_COMPILER_ID MATCHES "Clang")
      string(APPEND command " --target=${CMAKE_C_COMPILER_TARGET}")
    endif()
    if(CMAKE_SYSROOT)
      string(APPEND command " \"--sysroot=${CMAKE_SYSROOT}\"")
    endif()
    list(APPEND compilers --cc "${command}")
  endif()
  set(folders "$<TARGET_PROPERTY:${target},INCLUDE_DIRECTORIES>")
  set(macros "$<TARGET_PROPERTY:${target},COMPILE_DEFINITIONS>")
  foreach(header IN LISTS headers)
    get_filename_component(path "${header}" ABSOLUTE)
    get_filename_component(beside "${path}" DIRECTORY)
    get_filename_component(name "${path}" NAME_WLE)
    string(MAKE_C_IDENTIFIER "${name}" name)
    set(more "")
    if(CMAKE_CXX_COMPILER AND path MATCHES "\\.(hpp|hh)$")
      list(APPEND more --cxx "\"${CMAKE_CXX_COMPILER}\" ${CMAKE_CXX_FLAGS}")
    endif()
    set(made "${folder}/${name}_schema.h")
    # `cwire wrap` leaves alone what would not change; touched, it is not made again at each build.
    add_custom_command(
      OUTPUT "${made}"
      COMMAND "${CWIRE_EXECUTABLE}" wrap "${path}" -o "${folder}" --name "${name}"
        --depfile "${made}.d" ${compilers} ${more}
        "$<$<BOOL:${folders}>:-I$<JOIN:${folders},;-I>>"
        "$<$<BOOL:${macros}>:-D$<JOIN:${macros},;-D>>" ${arg_OPTIONS}
      COMMAND "${CMAKE_COMMAND}" -E touch "${made}"
      DEPENDS "${path}"
      DEPFILE "${made}.d"
      COMMENT "cwire wrap ${header}"
      COMMAND_EXPAND_LISTS VERBATIM)
    target_sources("${target}" PRIVATE "${made}")
    target_include_directories("${target}" PRIVATE "${folder}" "${beside}")
  endforeach()
endfunction()

cmake_policy(POP)
