using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace MmapIo;

/// <summary>
/// The memory of a ring: a header, and after it the data, which is mapped twice in a row. Made, opened and finished here;
/// unmapped when both ends have left it. What is found in it is not trusted.
/// </summary>
internal sealed unsafe class RingMemory
{
    // Before the data, a multiple of every system's allocation granularity; the positions on cache lines of their own.
    private const int HeaderSize = 65536;
    private const int MagicCell = 0;
    private const int CapacityCell = 8;
    private const int WrittenCell = 128;
    private const int ReadCell = 256;
    private const int CountAttempts = 1000;
    private const long Magic = 0x31474E49524F494D; // MIORING1

    private readonly MemoryMap _whole;
    private readonly MemoryMap _twice;
    private readonly string? _name;
    private readonly byte* _header;
    private readonly byte* _data;

    // Ends that still need it.
    private int _users = 2;

    /// <summary>Keeps both maps mapped, also when they are dropped together with the ring, until it lets go.</summary>
    private RingMemory(MemoryMap whole, MemoryMap twice, string? name, long capacity)
    {
        Capacity = capacity;
        _whole = whole;
        _twice = twice;
        _name = name;
        _data = twice.Hold(0, 2 * capacity, forWriting: true);
        try
        {
            _header = whole.Hold(0, HeaderSize, forWriting: true);
        }
        catch
        {
            twice.Release(0, 2 * capacity);
            throw;
        }
    }

    /// <summary>A power of two.</summary>
    public long Capacity { get; }

    /// <summary>How many bytes were written since the ring was made; how many read. They only count up.</summary>
    public long* Written => Cell(WrittenCell);

    public long* Read => Cell(ReadCell);

    /// <summary>Is the header that of this ring still? Its two numbers are on one line, which nobody has a reason to
    /// write.</summary>
    public bool IsSound
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => *Cell(MagicCell) == Magic && *Cell(CapacityCell) == Capacity;
    }

    /// <summary>Makes memory for a ring.</summary>
    public static RingMemory Create(string? name, long capacity, MapOptions? options)
    {
        long rounded = Rounded(capacity);
        MapRequest data = RequestOf(options);
        var whole = new MapOptions { DeleteOnClose = name is not null, NoReserve = options is { NoReserve: true } };
        return Guarded(Make(name, HeaderSize + rounded, whole), map =>
        {
            if (name is null)
            {
                // Its length is for good, and so nobody can take pages away.
                map.Seal(MapSeals.Shrink | MapSeals.Grow);
            }
            return Join(map, name, data, finish: true);
        });
    }

    /// <summary>Opens a ring. One that its maker has left half made is finished, if that is asked for.</summary>
    public static RingMemory Open(string name, MapOptions? options, bool finish = false)
    {
        MapRequest data = RequestOf(options);
        return Guarded(
            MemoryMap.OpenShared(name, MapAccess.ReadWrite), map => Join(map, name, data, finish));
    }

    public static RingMemory OpenOrCreate(string name, long capacity, MapOptions? options)
    {
        const int Patience = 1000;
        _ = Rounded(capacity);
        long began = Environment.TickCount64;
        for (; ; )
        {
            try
            {
                return Open(name, options, finish: true);
            }
            catch (FileNotFoundException)
            {
                // There is none yet, or no longer.
            }
            catch (MmapIoException e) when (e.Status == MapStatus.Busy && OperatingSystem.IsMacOS())
            {
                // shm_open(2) makes memory without a length, which gets that by the next call. Whoever was to make it
                // has been killed between the two, if it takes as long.
                if (Environment.TickCount64 - began < Patience)
                {
                    Thread.Sleep(1);
                    continue;
                }
                Forget(name);
            }
            try
            {
                return Create(name, capacity, options);
            }
            catch (MmapIoException e) when (e.Status == MapStatus.Exists)
            {
                // Somebody was faster.
            }
        }
    }

    /// <summary>The bytes between two positions; -1 if they, or the header, cannot be. No span is made of such.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Used(long written, long read)
    {
        long used = written - read;
        return (ulong)used <= (ulong)Capacity && read >= 0 && IsSound ? used : -1;
    }

    /// <summary>Where a position lies. What follows it is mapped for the capacity at least.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* At(long position) => _data + (position & (Capacity - 1));

    /// <summary>For who is neither end, and holds nothing.</summary>
    public long Count()
    {
        long read = _whole.ReadVolatile<long>(ReadCell);
        for (int attempt = 0; attempt < CountAttempts; attempt++)
        {
            // What was written by then is at most a capacity ahead of what was read, if that has not moved since.
            long written = _whole.ReadVolatile<long>(WrittenCell);
            long readBefore = read;
            read = _whole.ReadVolatile<long>(ReadCell);
            if (read == readBefore)
            {
                long used = written - read;
                bool isSound = _whole.ReadVolatile<long>(MagicCell) == Magic
                    && _whole.ReadVolatile<long>(CapacityCell) == Capacity;
                if (read < 0 || (ulong)used > (ulong)Capacity || !isSound)
                {
                    ThrowSpoilt();
                }
                return used;
            }
        }

        // A consumer that is never met resting: as far as it had come, there was this much, or less.
        return Math.Clamp(_whole.ReadVolatile<long>(WrittenCell) - read, 0, Capacity);
    }

    /// <summary>One end less. The last one unmaps.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            LetGo();
        }
    }

    /// <summary>Unmaps, unless that was done.</summary>
    public void LetGo()
    {
        if (Interlocked.Exchange(ref _users, int.MinValue) < 0)
        {
            return;
        }
        _whole.Dispose();
        _twice.Dispose();
        _twice.Release(0, 2 * Capacity);
        _whole.Release(0, HeaderSize);
    }

    [DoesNotReturn]
    public void ThrowSpoilt() => throw new InvalidDataException(
        $"Somebody has written over the header of the ring{(_name is null ? "" : $" '{_name}'")} of {Capacity} bytes.");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long* Cell(int offset) => (long*)(_header + offset);

    private static MemoryMap Make(string? name, long length, MapOptions options)
    {
        try
        {
            return MemoryMap.CreateShared(name, length, options);
        }
        catch (MmapIoException e) when (e.Status == MapStatus.Exists)
        {
            throw new MmapIoException(
                $"{e.Message} MapRingBuffer.OpenOrCreate opens the ring of that name, also one whose owner was killed.", e);
        }
    }

    private static RingMemory Join(MemoryMap whole, string? name, MapRequest data, bool finish)
    {
        long capacity = whole.Length - HeaderSize;
        bool canBe = capacity > 0 && long.IsPow2(capacity) && capacity % MemoryMap.AllocationGranularity == 0;
        if (canBe && IsBlank(whole))
        {
            if (!finish)
            {
                throw new MmapIoException(
                    $"The ring '{name}' is still being made, or whoever made it was killed: OpenOrCreate finishes it.",
                    MapStatus.Busy)
                { Path = name };
            }

            // Whoever else is at it writes the same. The magic number last: whoever finds that, finds the rest.
            whole.WriteVolatile(CapacityCell, capacity);
            whole.CompareExchange(MagicCell, Magic, 0L);
        }
        if (!canBe || whole.ReadVolatile<long>(MagicCell) != Magic || whole.ReadVolatile<long>(CapacityCell) != capacity)
        {
            throw new InvalidDataException($"The shared memory '{name}' is no ring.");
        }
        using var handle = whole.ExportHandle();
        MemoryMap twice = SharedMemory.Import(handle, data with { Length = capacity }, nameof(capacity));
        try
        {
            var memory = new RingMemory(whole, twice, name, capacity);
            try
            {
                _ = memory.Count();
                return memory;
            }
            catch
            {
                memory.LetGo();
                throw;
            }
        }
        catch
        {
            twice.Dispose();
            throw;
        }
    }

    /// <summary>Is it as it was made, but for a capacity perhaps? One that is in use has a magic number before it has
    /// anything else.</summary>
    private static bool IsBlank(MemoryMap whole)
    {
        using MapLease header = whole.Lease(0, HeaderSize);
        return !header.Slice(CapacityCell + sizeof(long), HeaderSize - CapacityCell - sizeof(long)).ContainsAnyExcept((byte)0)
            && whole.ReadVolatile<long>(MagicCell) == 0;
    }

    /// <summary>How the data is mapped: as the options say. The header has no use for most of them.</summary>
    private static MapRequest RequestOf(MapOptions? options)
    {
        options ??= MapRequest.Defaults;
        string? senseless = options switch
        {
            { Offset: not 0 } => nameof(MapOptions.Offset),
            { Length: not null } => nameof(MapOptions.Length),
            { Mode: not FileMode.Open } => nameof(MapOptions.Mode),
            { Reserve: not 0 } => nameof(MapOptions.Reserve),
            { Allocate: true } => nameof(MapOptions.Allocate),
            { GuardPages: true } => nameof(MapOptions.GuardPages),
            { ZeroFillOnFault: true } => nameof(MapOptions.ZeroFillOnFault),
            { HugePages.Mode: HugePageMode.Prefer or HugePageMode.Require } => nameof(MapOptions.HugePages),
            _ => options.Share == MapRequest.Defaults.Share ? null : nameof(MapOptions.Share),
        };
        if (senseless is not null)
        {
            throw new ArgumentException($"{nameof(MapOptions)}.{senseless} is not for a ring.", nameof(options));
        }
        MapRequest request = MapRequest.ForFile(MapAccess.ReadWrite, options).WithHandle();
        return request with { Flags = request.Flags | Interop.Mirrored, Offset = HeaderSize };
    }

    private static RingMemory Guarded(MemoryMap whole, Func<MemoryMap, RingMemory> make)
    {
        try
        {
            return make(whole);
        }
        catch
        {
            whole.Dispose();
            throw;
        }
    }

    private static void Forget(string name)
    {
        try
        {
            MemoryMap.DeleteShared(name);
        }
        catch (FileNotFoundException)
        {
            // Somebody else was as patient.
        }
    }

    private static long Rounded(long capacity)
    {
        const long Most = 1L << 46;
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, Most);
        long least = Math.Max(capacity, MemoryMap.AllocationGranularity);
        return (long)BitOperations.RoundUpToPowerOf2((ulong)least);
    }
}
