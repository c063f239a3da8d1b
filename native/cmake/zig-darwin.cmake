# Read by CMake after its own rules for Darwin, which ask the machine it runs on for the version of macOS.

# Without this, CMake takes the target for one that is too old to know @rpath.
set(CMAKE_SHARED_LIBRARY_RUNTIME_C_FLAG "-Wl,-rpath,")
set(CMAKE_SHARED_LIBRARY_RUNTIME_CXX_FLAG "-Wl,-rpath,")

# Room for the load command of a signature, and no more: CMake's own rule keeps kilobytes free for longer names.
set(CMAKE_SHARED_LIBRARY_CREATE_C_FLAGS "-dynamiclib -Wl,-headerpad,0x20")
