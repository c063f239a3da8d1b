using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace MmapIo;

/// <summary>
/// What to map, checked: the common ground of <see cref="MemoryMap"/>'s and <see cref="Mmap"/>'s doors.
/// </summary>
internal readonly record struct MapRequest(
    MapAccess Access, MapProtection Protection, int Flags, MapAdvice Advice, long Offset, long Length,
    long Reserve = 0, bool Allocate = false, HugePages HugePages = default, FileMode Mode = FileMode.Open,
    FileShare Share = FileShare.ReadWrite | FileShare.Delete)
{
    /// <summary>MMAPIO_MAP_ZERO_FILL: a flag of ours, which mmap(2) does not have.</summary>
    private const int ZeroFill = 0x1000000;

    public static MapOptions Defaults { get; } = new();

    /// <summary>Checks what was asked of a file. Length is 0 for "to the end of the file".</summary>
    public static MapRequest ForFile(MapAccess access, MapOptions? options)
    {
        options ??= Defaults;
        (MapProtection protection, int sharing) = access switch
        {
            MapAccess.Read => (MapProtection.Read, Mmap.MAP_SHARED),
            MapAccess.ReadWrite => (MapProtection.ReadWrite, Mmap.MAP_SHARED),
            MapAccess.CopyOnWrite => (MapProtection.ReadWrite, Mmap.MAP_PRIVATE),
            MapAccess.ReadExecute => (MapProtection.ReadExecute, Mmap.MAP_SHARED),
            _ => throw new ArgumentOutOfRangeException(nameof(access), access, "Not a kind of access."),
        };
        if (!Enum.IsDefined(options.Mode) || options.Mode == FileMode.Append)
        {
            MapErrors.ThrowOption(nameof(MapOptions.Mode), options.Mode, "Not a way to open a file for mapping.");
        }
        if (options.Mode is FileMode.Create or FileMode.CreateNew or FileMode.Truncate && access != MapAccess.ReadWrite)
        {
            MapErrors.ThrowOption(nameof(MapOptions.Mode), options.Mode, $"It makes a file for {MapAccess.ReadWrite} only.");
        }
        if ((options.Share & ~(FileShare.ReadWrite | FileShare.Delete | FileShare.Inheritable)) != 0)
        {
            MapErrors.ThrowOption(nameof(MapOptions.Share), options.Share, "Not a way to share a file.");
        }
        if (options.Offset < 0)
        {
            MapErrors.ThrowOption(nameof(MapOptions.Offset), options.Offset, "An offset cannot be negative.");
        }
        if (options.Length is <= 0)
        {
            MapErrors.ThrowOption(nameof(MapOptions.Length), options.Length.Value,
                "A length is at least 1 byte; leave it null for all of the file.");
        }
        long length = options.Length ?? 0;
        if (options.Offset > long.MaxValue - length)
        {
            MapErrors.ThrowOption(nameof(MapOptions.Length), length, "Offset and length exceed what a file can have.");
        }
        return new MapRequest(
            access, protection, sharing | FlagsOf(options) | (options.NoHandle ? Interop.NoHandle : 0),
            CheckAdvice(options, sharing), options.Offset, length, CheckReserve(options, options.Offset),
            options.Allocate, CheckHugePages(options), options.Mode, options.Share);
    }

    /// <summary>Checks what was asked of memory that is there, all of which is mapped.</summary>
    public static MapRequest ForExisting(MapAccess access, MapOptions? options)
    {
        if (options is { Length: { } length })
        {
            MapErrors.ThrowOption(nameof(MapOptions.Length), length, "All of the memory is mapped.");
        }
        if (options is { Offset: not 0 })
        {
            MapErrors.ThrowOption(nameof(MapOptions.Offset), options.Offset, "Memory without a file has no offset.");
        }
        return ForFile(access, options).WithHandle();
    }

    /// <summary>What to say where the library finds that it cannot give the huge pages that have to be.</summary>
    public string? HugePagesRefused => HugePages.Mode == HugePageMode.Require
        ? $"it cannot be of explicit huge pages, and {nameof(MapOptions)}.{nameof(HugePages)} settles for nothing else" : null;

    /// <summary>What the map has to know of it later.</summary>
    public MapTraits Traits =>
        (Reserve != 0 ? MapTraits.Reserves : 0)
        | (Allocate ? MapTraits.Allocates : 0)
        | ((Flags & Mmap.MAP_NORESERVE) != 0 ? MapTraits.Sparse : 0)
        | ((Flags & Interop.NoHandle) != 0 ? MapTraits.NoHandle : 0)
        | ((Flags & Interop.GuardPages) != 0 ? MapTraits.Guarded : 0)
        | ((Flags & ZeroFill) != 0 ? MapTraits.Zeros : 0);

    /// <summary>The same, of a map that keeps a handle.</summary>
    public MapRequest WithHandle() => this with { Flags = Flags & ~Interop.NoHandle };

    /// <summary>Checks what was asked of memory without a file.</summary>
    public static MapRequest ForMemory(long length, MapOptions? options)
    {
        options ??= Defaults;
        if (options.Offset != 0)
        {
            MapErrors.ThrowOption(nameof(MapOptions.Offset), options.Offset, "Memory without a file has no offset.");
        }
        if (options.Length is { } other && other != length)
        {
            MapErrors.ThrowOption(nameof(MapOptions.Length), other, "The length is given by the length argument.");
        }
        return new MapRequest(
            MapAccess.ReadWrite, MapProtection.ReadWrite, Mmap.MAP_PRIVATE | FlagsOf(options),
            CheckAdvice(options, Mmap.MAP_PRIVATE), 0, length, CheckReserve(options, 0),
            HugePages: CheckHugePages(options));
    }

    /// <summary>Checks what was asked of new memory that processes share.</summary>
    public static MapRequest ForShared(long length, MapOptions? options)
    {
        MapRequest memory = ForMemory(length, options);
        int deletes = options is { DeleteOnClose: true } ? Interop.DeleteOnClose : 0;
        return memory with
        {
            Flags = (memory.Flags & ~Mmap.MAP_PRIVATE) | Mmap.MAP_SHARED | Interop.Create | deletes,
            Advice = CheckAdvice(options ?? Defaults, Mmap.MAP_SHARED),
        };
    }

    /// <summary>The same of another length, given by an argument.</summary>
    public MapRequest WithLength(long length)
    {
        if (Offset > long.MaxValue - length)
        {
            MapErrors.ThrowOption(nameof(MapOptions.Offset), Offset, "Offset and length exceed what a file can have.");
        }
        return this with { Length = length };
    }

    public static void CheckHandle(SafeFileHandle file, string name)
    {
        ArgumentNullException.ThrowIfNull(file, name);
        ObjectDisposedException.ThrowIf(file.IsClosed, file);
        if (file.IsInvalid)
        {
            throw new ArgumentException("The handle is not of an open file.", name);
        }
    }

    public NativeMapOptions ToNative() => new()
    {
        StructSize = (uint)Unsafe.SizeOf<NativeMapOptions>(),
        Protection = (uint)Protection,
        Flags = (uint)Flags | Interop.SteadySignals,
        Advice = (uint)Advice,
        Offset = (ulong)Offset,
        Length = (ulong)Length,
        Reserve = (ulong)Reserve,
        HugePageSize = (ulong)HugePages.Size,
        HugePages = (uint)HugePages.Mode,
    };

    private static int FlagsOf(MapOptions options) =>
        (options.Populate ? Mmap.MAP_POPULATE : 0)
        | (options.Lock ? Mmap.MAP_LOCKED : 0)
        | (options.NoReserve ? Mmap.MAP_NORESERVE : 0)
        | (options.ZeroFillOnFault ? ZeroFill : 0)
        | (options.GuardPages ? Interop.GuardPages : 0);

    private static HugePages CheckHugePages(MapOptions options)
    {
        HugePages asked = options.HugePages;
        if (!Enum.IsDefined(asked.Mode) || asked.Size < 0 || (asked.Size != 0 && !long.IsPow2(asked.Size)))
        {
            MapErrors.ThrowOption(nameof(MapOptions.HugePages), asked, "The size of a huge page is a power of two.");
        }
        return asked;
    }

    private static long CheckReserve(MapOptions options, long offset)
    {
        if (options.Reserve < 0 || options.Reserve > long.MaxValue - offset)
        {
            MapErrors.ThrowOption(
                nameof(MapOptions.Reserve), options.Reserve, "Not a length that a file could have from there.");
        }
        return options.Reserve;
    }

    private static MapAdvice CheckAdvice(MapOptions options, int sharing)
    {
        if (!AdviceRules.IsKnown((int)options.Advice))
        {
            MapErrors.ThrowOption(nameof(MapOptions.Advice), options.Advice, "Not an advice.");
        }
        if (AdviceRules.Destroys(options.Advice, sharing == Mmap.MAP_PRIVATE))
        {
            MapErrors.ThrowOption(
                nameof(MapOptions.Advice), options.Advice, "An advice given while mapping may not destroy data.");
        }
        return options.Advice;
    }
}
