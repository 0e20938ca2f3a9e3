# Chooses ggml's x86 instruction sets from what the compiler knows of this machine.
#
# GGML_NATIVE is not used: on a CPU with AVX512-FP16 it makes ggml accumulate f16 dot products in
# f16, where Qwen2.5's large keys overflow, and flash attention then answers garbage. Naming the
# sets one by one gives the same speed without that one.
#
# Sets HEARTH_GGML_CPU_OPTIONS: a list of -DGGML_...=ON/OFF for ggml's own CMake project.
function(hearth_cpu_options result)
  if(NOT CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    set(${result} -DGGML_NATIVE=ON PARENT_SCOPE)
    return()
  endif()
  execute_process(
    COMMAND ${CMAKE_CXX_COMPILER} -march=native -dM -E -x c++ /dev/null
    OUTPUT_VARIABLE macros ERROR_QUIET RESULT_VARIABLE failed)
  if(failed)
    set(macros "")
  endif()
  set(options -DGGML_NATIVE=OFF)
  foreach(pair
      SSE42=__SSE4_2__ AVX=__AVX__ AVX2=__AVX2__ FMA=__FMA__ F16C=__F16C__ BMI2=__BMI2__
      AVX_VNNI=__AVXVNNI__ AVX512=__AVX512BW__ AVX512_VBMI=__AVX512VBMI__
      AVX512_VNNI=__AVX512VNNI__ AVX512_BF16=__AVX512BF16__)
    string(REPLACE "=" ";" pair "${pair}")
    list(GET pair 0 option)
    list(GET pair 1 macro)
    if(macros MATCHES "#define ${macro} 1")
      list(APPEND options -DGGML_${option}=ON)
    else()
      list(APPEND options -DGGML_${option}=OFF)
    endif()
  endforeach()
  set(${result} ${options} PARENT_SCOPE)
endfunction()
