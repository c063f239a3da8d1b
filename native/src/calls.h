/*
 * calls.h - the operating system calls that mmapio_error.os_call can name.
 *
 * X(name, value, text). Callers keep these numbers in logs and compare them across versions: never renumber.
 */
#ifndef MMAPIO_CALLS_H
#define MMAPIO_CALLS_H

#define MMAPIO_CALL_LIST(X)                                                                                            \
    X(NONE, 0, "")                                                                                                     \
    X(MALLOC, 1, "malloc")                                                                                             \
    X(MMAP, 2, "mmap")                                                                                                 \
    X(MUNMAP, 3, "munmap")                                                                                             \
    X(MPROTECT, 4, "mprotect")                                                                                         \
    X(MADVISE, 5, "madvise")                                                                                           \
    X(MSYNC, 6, "msync")                                                                                               \
    X(MINCORE, 7, "mincore")                                                                                           \
    X(MLOCK, 8, "mlock")                                                                                               \
    X(MLOCK2, 9, "mlock2")                                                                                             \
    X(MUNLOCK, 10, "munlock")                                                                                          \
    X(FSTAT, 11, "fstat")                                                                                              \
    X(FCNTL, 12, "fcntl")                                                                                              \
    X(CLOSE, 13, "close")                                                                                              \
    X(FSYNC, 14, "fsync")                                                                                              \
    X(CACHESTAT, 15, "cachestat")                                                                                      \
    X(PROCESS_VM_READV, 16, "process_vm_readv")                                                                        \
    X(VM_READ_OVERWRITE, 17, "vm_read_overwrite")                                                                      \
    X(PROCESS_VM_WRITEV, 18, "process_vm_writev")                                                                      \
    X(SIGACTION, 19, "sigaction")                                                                                      \
    X(FTRUNCATE, 20, "ftruncate")                                                                                      \
    X(FALLOCATE, 21, "fallocate")                                                                                      \
    X(MREMAP, 22, "mremap")                                                                                            \
    X(MINHERIT, 23, "minherit")                                                                                        \
    X(PWRITE, 25, "pwrite")                                                                                            \
    X(SYNC_FILE_RANGE, 40, "sync_file_range")                                                                          \
    X(POSIX_FADVISE, 41, "posix_fadvise")                                                                              \
    X(FUTEX, 42, "futex")                                                                                              \
    X(FDATASYNC, 43, "fdatasync")                                                                                      \
    X(IOCTL, 44, "ioctl")                                                                                              \
    X(OPEN, 51, "open")                                                                                                \
    X(SHM_OPEN, 52, "shm_open")                                                                                        \
    X(SHM_UNLINK, 53, "shm_unlink")                                                                                    \
    X(MEMFD_CREATE, 54, "memfd_create")                                                                                \
    X(LINKAT, 55, "linkat")                                                                                            \
    X(UNLINK, 56, "unlink")                                                                                            \
    X(FCHMOD, 57, "fchmod")                                                                                            \
    X(FLOCK, 58, "flock")                                                                                              \
    X(PIPE, 66, "pipe")                                                                                                \
    X(READ, 67, "read")                                                                                                \
    X(WRITE, 68, "write")                                                                                              \
    X(MAP_READ, 71, "mmapio_map_read")                                                                                 \
    X(MAP_WRITE, 72, "mmapio_map_write")                                                                               \
    X(CREATE_FILE_MAPPING, 101, "CreateFileMapping")                                                                   \
    X(MAP_VIEW_OF_FILE, 102, "MapViewOfFile")                                                                          \
    X(UNMAP_VIEW_OF_FILE, 103, "UnmapViewOfFile")                                                                      \
    X(VIRTUAL_ALLOC, 104, "VirtualAlloc")                                                                              \
    X(VIRTUAL_FREE, 105, "VirtualFree")                                                                                \
    X(VIRTUAL_PROTECT, 106, "VirtualProtect")                                                                          \
    X(VIRTUAL_LOCK, 107, "VirtualLock")                                                                                \
    X(VIRTUAL_UNLOCK, 108, "VirtualUnlock")                                                                            \
    X(FLUSH_VIEW_OF_FILE, 109, "FlushViewOfFile")                                                                      \
    X(FLUSH_FILE_BUFFERS, 110, "FlushFileBuffers")                                                                     \
    X(GET_FILE_SIZE_EX, 111, "GetFileSizeEx")                                                                          \
    X(DUPLICATE_HANDLE, 112, "DuplicateHandle")                                                                        \
    X(CLOSE_HANDLE, 113, "CloseHandle")                                                                                \
    X(QUERY_WORKING_SET_EX, 114, "QueryWorkingSetEx")                                                                  \
    X(PREFETCH_VIRTUAL_MEMORY, 115, "PrefetchVirtualMemory")                                                           \
    X(DISCARD_VIRTUAL_MEMORY, 116, "DiscardVirtualMemory")                                                             \
    X(OFFER_VIRTUAL_MEMORY, 117, "OfferVirtualMemory")                                                                 \
    X(READ_PROCESS_MEMORY, 118, "ReadProcessMemory")                                                                   \
    X(DEVICE_IO_CONTROL, 119, "DeviceIoControl")                                                                       \
    X(NT_FLUSH_BUFFERS_FILE_EX, 120, "NtFlushBuffersFileEx")                                                           \
    X(WRITE_PROCESS_MEMORY, 121, "WriteProcessMemory")                                                                 \
    X(ADD_VECTORED_EXCEPTION_HANDLER, 122, "AddVectoredExceptionHandler")                                              \
    X(VIRTUAL_QUERY, 123, "VirtualQuery")                                                                              \
    X(CREATE_EVENT, 124, "CreateEvent")                                                                                \
    X(SET_FILE_INFORMATION, 125, "SetFileInformationByHandle")                                                         \
    X(OPEN_FILE_MAPPING, 141, "OpenFileMapping")                                                                       \
    X(VIRTUAL_ALLOC_2, 142, "VirtualAlloc2")                                                                           \
    X(MAP_VIEW_OF_FILE_3, 143, "MapViewOfFile3")

enum {
#define MMAPIO_CALL_ENTRY(name, value, text) CALL_##name = (value),
    MMAPIO_CALL_LIST(MMAPIO_CALL_ENTRY)
#undef MMAPIO_CALL_ENTRY
};

#endif /* MMAPIO_CALLS_H */
