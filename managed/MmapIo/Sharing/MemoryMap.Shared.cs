using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MmapIo;

public sealed unsafe partial class MemoryMap
{
    /// <summary>Makes memory that other processes can map: by its name, or by a handle they are given.</summary>
    /// <param name="name">1 to 30 of the characters <c>A-Z a-z 0-9 . _ -</c>, the same rule on every system, and not
    /// "." or ".."; null for memory without a name, which others reach by <see cref="ExportHandle"/> only.</param>
    /// <param name="length">Bytes, at least 1.</param>
    /// <param name="options">How to map. <see cref="MapOptions.Offset"/> and <see cref="MapOptions.Length"/> must be left
    /// alone.</param>
    /// <returns>A map for reading and writing, of zeros. All of it is set aside now, unless
    /// <see cref="MapOptions.NoReserve"/> says otherwise: a full /dev/shm is an exception, not a fault later.</returns>
    /// <exception cref="ArgumentException">An argument or option has a value that is not allowed.</exception>
    /// <exception cref="MmapIoException">There is memory of that name (<see cref="MapStatus.Exists"/>); no space, no
    /// memory, a limit.</exception>
    /// <exception cref="PlatformNotSupportedException">There is no place for such memory, such as /dev/shm, or no huge
    /// pages for it.</exception>
    /// <remarks>Only processes of the same user can open it by name. On Linux and macOS it lasts until
    /// <see cref="DeleteShared"/> or the next boot, unless <see cref="MapOptions.DeleteOnClose"/> is set; on Windows it
    /// lasts as long as somebody maps it. See
    /// <see href="https://man7.org/linux/man-pages/man7/shm_overview.7.html">shm_overview(7)</see>,
    /// <see href="https://man7.org/linux/man-pages/man2/memfd_create.2.html">memfd_create(2)</see> and
    /// <see href="https://learn.microsoft.com/windows/win32/memory/creating-named-shared-memory">named shared
    /// memory</see>.</remarks>
    public static MemoryMap CreateShared(string? name, long length, MapOptions? options = null)
    {
        if (name is not null)
        {
            SharedMemory.CheckName(name);
        }
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        MapRequest request = MapRequest.ForShared(length, options);
        NativeLibraryCheck.Require();
        return SharedMemory.Map(name, request, nameof(length));
    }

    /// <summary>Maps memory that somebody has made by <see cref="CreateShared"/>, in this process or another.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="access">What shall be done with it: reading unless said otherwise.</param>
    /// <param name="options">How to map. <see cref="MapOptions.Offset"/> and <see cref="MapOptions.Length"/> must be left alone:
    /// all of it is mapped.</param>
    /// <returns>The map. On Windows its length is in whole pages.</returns>
    /// <exception cref="ArgumentException">Not such a name; not a kind of access; an option that is not
    /// allowed.</exception>
    /// <exception cref="FileNotFoundException">There is no memory of that name.</exception>
    /// <exception cref="UnauthorizedAccessException">It is another user's.</exception>
    /// <exception cref="MmapIoException">Whoever makes it has not finished (<see cref="MapStatus.Busy"/>), or a
    /// limit.</exception>
    /// <exception cref="PlatformNotSupportedException">What has that name is no memory.</exception>
    public static MemoryMap OpenShared(string name, MapAccess access = MapAccess.Read, MapOptions? options = null)
    {
        SharedMemory.CheckName(name);
        MapRequest request = MapRequest.ForExisting(access, options);
        NativeLibraryCheck.Require();
        return SharedMemory.Map(name, request, nameof(name));
    }

    /// <summary>Maps all of what a handle from <see cref="ExportHandle"/> stands for, in this process or another.</summary>
    /// <param name="handle">The handle: a descriptor, or on Windows the handle of a section or file. It may be closed as
    /// soon as this returns.</param>
    /// <param name="access">What shall be done with it: reading unless said otherwise.</param>
    /// <param name="options">How to map. <see cref="MapOptions.Offset"/> and <see cref="MapOptions.Length"/> must be left
    /// alone.</param>
    /// <returns>The map. On Windows its length is in whole pages.</returns>
    /// <exception cref="ArgumentException">Not an open handle of memory or a file; not a kind of access; an option that
    /// is not allowed.</exception>
    /// <exception cref="ObjectDisposedException">The handle is closed.</exception>
    /// <exception cref="UnauthorizedAccessException">The handle, or a seal, does not permit the access.</exception>
    /// <exception cref="PlatformNotSupportedException">The handle is of something that cannot be mapped, such as a
    /// pipe.</exception>
    /// <exception cref="MmapIoException">The operating system refused; see its properties.</exception>
    public static MemoryMap OpenShared(
        SafeHandle handle, MapAccess access = MapAccess.Read, MapOptions? options = null) =>
        SharedMemory.Import(handle, MapRequest.ForExisting(access, options), nameof(handle));

    /// <summary>Maps memory of a name, which is made if it is not there yet.</summary>
    /// <param name="name">As for <see cref="CreateShared"/>.</param>
    /// <param name="length">Bytes, at least 1. What is there keeps the length it has, and must be as long.</param>
    /// <param name="options">As for <see cref="CreateShared"/>.</param>
    /// <returns>A map for reading and writing: of zeros if the memory is new, else of all that is there.</returns>
    /// <exception cref="ArgumentException">An argument or option has a value that is not allowed; or the memory is there,
    /// and is shorter.</exception>
    /// <exception cref="UnauthorizedAccessException">It is another user's.</exception>
    /// <exception cref="MmapIoException">No space, no memory, a limit; or whoever makes it has not finished
    /// (<see cref="MapStatus.Busy"/>).</exception>
    /// <exception cref="PlatformNotSupportedException">There is no place for such memory, such as /dev/shm, or no huge
    /// pages for it; or what has that name is no memory.</exception>
    public static MemoryMap OpenOrCreateShared(string name, long length, MapOptions? options = null) =>
        OpenOrCreateShared(name, length, out _, options);

    /// <param name="name">As for <see cref="CreateShared"/>.</param>
    /// <param name="length">Bytes, at least 1. What is there keeps the length it has, and must be as long.</param>
    /// <param name="created">Did this call make the memory? True for one of all those that try it at a time.</param>
    /// <param name="options">As for <see cref="CreateShared"/>.</param>
    /// <inheritdoc cref="OpenOrCreateShared(string, long, MapOptions?)"/>
    public static MemoryMap OpenOrCreateShared(
        string name, long length, out bool created, MapOptions? options = null)
    {
        SharedMemory.CheckName(name);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        MapRequest request = MapRequest.ForShared(length, options);
        NativeLibraryCheck.Require();
        return SharedMemory.MapOrMake(name, request, out created);
    }

    /// <summary>Takes a name away. The memory lasts as long as it is mapped, and the name can be used anew at once.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="ArgumentException">Not such a name.</exception>
    /// <exception cref="FileNotFoundException">There is no memory of that name.</exception>
    /// <exception cref="UnauthorizedAccessException">It is another user's.</exception>
    /// <exception cref="PlatformNotSupportedException">Windows, where memory that is in use keeps its name, which goes by
    /// itself with the last map. <see cref="MapOptions.DeleteOnClose"/> is alike on all systems.</exception>
    public static void DeleteShared(string name)
    {
        SharedMemory.CheckName(name);
        NativeLibraryCheck.Require();
        SharedMemory.Delete(name);
    }

    /// <summary>Gives a handle by which another process can map the same, once it has the handle: by inheritance, over a
    /// Unix socket, by DuplicateHandle.</summary>
    /// <returns>A handle of its own, not inherited unless that is arranged for. It keeps the memory, but not its
    /// name.</returns>
    /// <exception cref="PlatformNotSupportedException">The map is of anonymous memory, which belongs to this process
    /// alone, or has <see cref="MapOptions.NoHandle"/>.</exception>
    /// <exception cref="MmapIoException">Too many open files.</exception>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    public SafeHandle ExportHandle()
    {
        int status = Export(out nint handle, out NativeError error);
        if (DroppedMaps.WereInTheWay(status))
        {
            status = Export(out handle, out error);
        }
        MapErrors.ThrowIfFailed(
            status, error, "give a handle of", Path,
            refusal: OptionAgainst(MapTraits.NoHandle)
                ?? $"anonymous memory has none: {nameof(CreateShared)} makes memory that has");
        return new SafeFileHandle(handle, ownsHandle: true);
    }

    private int Export(out nint handle, out NativeError error)
    {
        nint made = 0;
        MapCall call = EnterNative();
        int status = Interop.mmapio_map_export(call.Native, &made, &call.Error);
        call.End();
        (handle, error) = (made, call.Error);
        return status;
    }

    /// <summary>What nobody may do to the memory any more.</summary>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    /// <remarks><see cref="MapSeals.None"/> for files, anonymous memory and, on Linux, memory with a name. macOS and
    /// Windows: <see cref="MapSeals.Shrink"/> and <see cref="MapSeals.Grow"/>, as the length of memory is
    /// fixed.</remarks>
    public MapSeals Seals
    {
        get
        {
            uint seals;
            MapCall call = EnterNative();
            call.End(Interop.mmapio_map_seals(call.Native, &seals, &call.Error), "ask for the seals of");
            return (MapSeals)seals;
        }
    }

    /// <summary>Forbids something for good, to everybody who has the memory. What was forbidden before stays so.</summary>
    /// <param name="seals">What to forbid, besides what is forbidden already.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not seals.</exception>
    /// <exception cref="MmapIoException">With <see cref="MapStatus.Busy"/>: <see cref="MapSeals.Write"/> while shared
    /// maps exist that could be written, this one perhaps among them. Dispose them, keep a handle, and seal through an
    /// <see cref="OpenShared(SafeHandle, MapAccess, MapOptions)"/> for <see cref="MapAccess.CopyOnWrite"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">It is sealed against sealing.</exception>
    /// <exception cref="PlatformNotSupportedException">The map is not of memory without a name, or this system does not
    /// have the seal: macOS and Windows have none but those that are set from the start.</exception>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    /// <remarks>See <see href="https://man7.org/linux/man-pages/man2/fcntl.2.html">fcntl(2)</see>, F_ADD_SEALS.</remarks>
    public void Seal(MapSeals seals)
    {
        const MapSeals All = MapSeals.Seal | MapSeals.Shrink | MapSeals.Grow | MapSeals.Write | MapSeals.FutureWrite;
        if ((seals & ~All) != 0)
        {
            ThrowIfClosed();
            throw new ArgumentOutOfRangeException(nameof(seals), seals, "Not seals.");
        }
        MapCall call = EnterNative();
        call.End(
            Interop.mmapio_map_seal(call.Native, (uint)seals, &call.Error), "seal",
            $"what has seals is memory that {nameof(CreateShared)} makes without a name, where {nameof(Capabilities)} say so");
    }
}
