# Builds llama.cpp once into a cache outside the tree and makes it the target `hearth_llama`.
#
# The cache entry is keyed by version, source, compiler, CPU and GPU options, so every preset
# (release, debug, asan, tsan) links the same optimised engine. An interrupted build goes on where
# it stopped: the marker `complete` is written last.
set(HEARTH_GPU none CACHE STRING "GPU back end of the engine: none, vulkan, cuda or hip")
set_property(CACHE HEARTH_GPU PROPERTY STRINGS none vulkan cuda hip)
set(HEARTH_LLAMA_SOURCE "" CACHE PATH "A llama.cpp ${HEARTH_LLAMA_VERSION} source tree to use instead of the pinned bundle")
set(HEARTH_ENGINE_CACHE "" CACHE PATH "Where built engines are kept (default: XDG cache folder, hearth/engine)")

include(${CMAKE_CURRENT_LIST_DIR}/cpu_features.cmake)

if(NOT HEARTH_GPU MATCHES "^(none|vulkan|cuda|hip)$")
  message(FATAL_ERROR "HEARTH_GPU is '${HEARTH_GPU}'; it takes none, vulkan, cuda or hip")
endif()

if(HEARTH_ENGINE_CACHE)
  set(cache_root ${HEARTH_ENGINE_CACHE})
elseif(DEFINED ENV{XDG_CACHE_HOME} AND NOT "$ENV{XDG_CACHE_HOME}" STREQUAL "")
  set(cache_root $ENV{XDG_CACHE_HOME}/hearth/engine)
else()
  set(cache_root $ENV{HOME}/.cache/hearth/engine)
endif()

hearth_cpu_options(cpu_options)
set(engine_options ${cpu_options}
  -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF -DCMAKE_POSITION_INDEPENDENT_CODE=ON
  -DLLAMA_BUILD_IS_DEV=OFF -DLLAMA_BUILD_COMMON=ON -DLLAMA_BUILD_TOOLS=ON -DLLAMA_BUILD_SERVER=ON
  -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_APP=OFF -DLLAMA_BUILD_UI=OFF
  -DLLAMA_USE_PREBUILT_UI=OFF -DLLAMA_OPENSSL=OFF -DGGML_CCACHE=OFF
  # ggml's own thread pool instead of OpenMP: its threads are ours to attach and to let sleep, and
  # ThreadSanitizer understands them.
  -DGGML_OPENMP=OFF)
if(HEARTH_GPU STREQUAL vulkan)
  list(APPEND engine_options -DGGML_VULKAN=ON)
elseif(HEARTH_GPU STREQUAL cuda)
  list(APPEND engine_options -DGGML_CUDA=ON)
elseif(HEARTH_GPU STREQUAL hip)
  list(APPEND engine_options -DGGML_HIP=ON)
endif()

set(lock_file ${CMAKE_SOURCE_DIR}/deps/package-lock.json)
file(READ ${lock_file} lock_json)
string(JSON npm_version GET "${lock_json}" packages node_modules/node-llama-cpp version)
string(JSON npm_integrity GET "${lock_json}" packages node_modules/node-llama-cpp integrity)

set(source_id "npm ${npm_version} ${npm_integrity}")
if(HEARTH_LLAMA_SOURCE)
  set(source_id "tree ${HEARTH_LLAMA_SOURCE}")
endif()
string(SHA256 key "${HEARTH_LLAMA_VERSION};${source_id};${CMAKE_CXX_COMPILER_ID};${CMAKE_CXX_COMPILER_VERSION};${engine_options}")
string(SUBSTRING ${key} 0 16 key)
set(engine_dir ${cache_root}/${HEARTH_LLAMA_VERSION}-${key})
set(engine_build ${engine_dir}/build)
if(HEARTH_LLAMA_SOURCE)
  set(engine_source ${HEARTH_LLAMA_SOURCE})
else()
  set(engine_source ${engine_dir}/source)
endif()

if(NOT EXISTS ${engine_dir}/complete)
  file(MAKE_DIRECTORY ${engine_dir})
  file(LOCK ${engine_dir}/lock GUARD FILE TIMEOUT 3600)
endif()
if(NOT EXISTS ${engine_dir}/complete)
  if(NOT HEARTH_LLAMA_SOURCE AND NOT EXISTS ${engine_source}/CMakeLists.txt)
    message(STATUS "Fetching the engine's source (node-llama-cpp ${npm_version}, about 40 MB)")
    execute_process(
      COMMAND ${CMAKE_SOURCE_DIR}/cmake/fetch_llama.sh ${npm_version} ${npm_integrity} ${engine_dir}
      RESULT_VARIABLE failed)
    if(failed)
      message(FATAL_ERROR "The engine's source could not be fetched. Check the network or the npm "
        "registry's settings and run this again, or pass -DHEARTH_LLAMA_SOURCE=DIR.")
    endif()
  endif()
  message(STATUS "Building llama.cpp ${HEARTH_LLAMA_VERSION} once into ${engine_dir} (about 6 minutes on 2 cores)")
  execute_process(
    COMMAND ${CMAKE_COMMAND} -S ${engine_source} -B ${engine_build} -G Ninja
      -DCMAKE_C_COMPILER=${CMAKE_C_COMPILER} -DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER} ${engine_options}
    OUTPUT_QUIET RESULT_VARIABLE failed)
  if(NOT failed)
    execute_process(
      COMMAND ${CMAKE_COMMAND} --build ${engine_build} --target llama llama-common
      RESULT_VARIABLE failed)
  endif()
  if(failed)
    message(FATAL_ERROR "llama.cpp did not build; the messages above say why. Running this again goes on where it stopped.")
  endif()
  file(WRITE ${engine_dir}/complete "${source_id}\n${engine_options}\n")
endif()

add_library(hearth_llama INTERFACE)
target_include_directories(hearth_llama SYSTEM INTERFACE
  ${engine_source}/include ${engine_source}/ggml/include ${engine_source}/common)
set(engine_libraries
  ${engine_build}/common/libllama-common.a ${engine_build}/common/libllama-common-base.a
  ${engine_build}/src/libllama.a ${engine_build}/vendor/cpp-httplib/libcpp-httplib.a)
set(ggml_libraries ${engine_build}/ggml/src/libggml.a ${engine_build}/ggml/src/libggml-cpu.a)
if(HEARTH_GPU STREQUAL vulkan)
  find_package(Vulkan REQUIRED)
  list(APPEND ggml_libraries ${engine_build}/ggml/src/ggml-vulkan/libggml-vulkan.a Vulkan::Vulkan)
elseif(HEARTH_GPU STREQUAL cuda)
  find_package(CUDAToolkit REQUIRED)
  list(APPEND ggml_libraries ${engine_build}/ggml/src/ggml-cuda/libggml-cuda.a
    CUDA::cudart CUDA::cublas CUDA::cuda_driver)
elseif(HEARTH_GPU STREQUAL hip)
  find_package(hip REQUIRED)
  find_package(hipblas REQUIRED)
  list(APPEND ggml_libraries ${engine_build}/ggml/src/ggml-hip/libggml-hip.a hip::host roc::hipblas)
endif()
target_link_libraries(hearth_llama INTERFACE
  ${engine_libraries} ${ggml_libraries} ${engine_build}/ggml/src/libggml-base.a
  Threads::Threads ${CMAKE_DL_LIBS} m)

# The peers of the benchmarks, from the same build: `cmake --build build/release --target engine_peers`.
add_custom_target(engine_peers
  COMMAND ${CMAKE_COMMAND} --build ${engine_build} --target llama-bench llama-server
  COMMENT "llama-bench and llama-server in ${engine_build}/bin" USES_TERMINAL)
file(WRITE ${CMAKE_BINARY_DIR}/engine-bin-dir "${engine_build}/bin")
file(WRITE ${CMAKE_BINARY_DIR}/engine-source-dir "${engine_source}")
