using System.Runtime.CompilerServices;

namespace MmapIo;

/// <summary>
/// A queue of bytes between one producer and one consumer, which may be two threads or two processes. Its memory is
/// mapped twice in a row, so that what is free, and what is there to be read, is always one span: none ever wraps.
/// <example>
/// <code>
/// using MapRingBuffer ring = MapRingBuffer.Create(65536);
/// message.CopyTo(ring.GetWriteSpan());
/// ring.Advance(message.Length);
/// ReadOnlySpan&lt;byte&gt; received = ring.GetReadSpan();
/// ring.Consume(received.Length);
/// </code>
/// </example>
/// <para><b>Threads.</b> <see cref="GetWriteSpan"/> and <see cref="Advance"/> belong to the producer,
/// <see cref="GetReadSpan"/> and <see cref="Consume"/> to the consumer: one of each at a time, on whatever thread. What
/// the consumer gets to see was written completely. Everything else may be called by anybody.</para>
/// <para><b>Ownership.</b> A span may be used until the call that ends it, <see cref="Advance"/> or
/// <see cref="Consume"/>. <see cref="Dispose"/> refuses new spans at once, and unmaps when those that are out have been
/// ended: never under a span. If one never is, its memory stays mapped.</para>
/// <para><b>Processes.</b> A ring trusts neither what it finds in its memory nor who else writes there: positions that
/// cannot be are an exception. Memory that somebody makes shorter is a fault, though; without a name it is sealed
/// against that where the system can.</para>
/// </summary>
public sealed unsafe class MapRingBuffer : IDisposable
{
    // Before the data, a multiple of every system's allocation granularity; the positions on cache lines of their own.
    private const int HeaderSize = 65536;
    private const int CapacityCell = 8;
    private const int WrittenCell = 128;
    private const int ReadCell = 256;
    private const int CountAttempts = 1000;
    private const long Magic = 0x31474E49524F494D; // MIORING1

    // The states of either end.
    private const int Idle = 0;
    private const int Out = 1;
    private const int Closed = 2;

    private readonly MemoryMap _whole;
    private readonly MemoryMap _twice;
    private readonly byte* _header;
    private readonly byte* _data;
    private readonly long _capacity;
    private int _writer;
    private int _reader;

    // How long the spans are that were given last.
    private int _room;
    private int _found;

    // Ends that still need the memory.
    private int _users = 2;

    private MapRingBuffer(MemoryMap whole, byte* header, MemoryMap twice, byte* data, long capacity)
    {
        _whole = whole;
        _header = header;
        _twice = twice;
        _data = data;
        _capacity = capacity;
    }

    /// <summary>Lets go of the memory, unless a span is out that may be in use still.</summary>
    ~MapRingBuffer()
    {
        if (Volatile.Read(ref _writer) != Out && Volatile.Read(ref _reader) != Out && _users > 0)
        {
            try
            {
                LetGo();
            }
            catch (IOException)
            {
                // There is nobody to tell.
            }
        }
    }

    /// <summary>How many bytes fit in.</summary>
    public long Capacity => _capacity;

    /// <summary>How many bytes there are to read, at this moment.</summary>
    /// <exception cref="ObjectDisposedException">The ring is closed.</exception>
    /// <exception cref="InvalidDataException">Somebody has spoilt the positions in the memory.</exception>
    public long Count
    {
        get
        {
            ObjectDisposedException.ThrowIf((Volatile.Read(ref _writer) & Closed) != 0, this);
            long read = _whole.ReadVolatile<long>(ReadCell);
            for (int attempt = 0; attempt < CountAttempts; attempt++)
            {
                // What was written by then is at most a capacity ahead of what was read, if that has not moved since.
                long written = _whole.ReadVolatile<long>(WrittenCell);
                long readBefore = read;
                read = _whole.ReadVolatile<long>(ReadCell);
                if (read == readBefore)
                {
                    return Used(written, read);
                }
            }

            // A consumer that is never met resting: as far as it had come, there was this much, or less.
            return Math.Clamp(_whole.ReadVolatile<long>(WrittenCell) - read, 0, _capacity);
        }
    }

    /// <summary>Makes a ring for the threads of this process.</summary>
    /// <param name="capacity">Bytes, at least 1; rounded up to a power of two that the system can map twice in a
    /// row, 4096 or more, 65536 on Windows.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is less than 1, or more than 2^46.</exception>
    /// <exception cref="PlatformNotSupportedException">Nothing can be mapped twice in a row here.</exception>
    /// <exception cref="MmapIoException">Out of memory or address space.</exception>
    public static MapRingBuffer Create(long capacity)
    {
        long rounded = Rounded(capacity);
        MemoryMap whole = MemoryMap.CreateShared(null, HeaderSize + rounded);
        return Guarded(whole, () =>
        {
            // Its length is for good, and so nobody can take pages away.
            whole.Seal(MapSeals.Shrink | MapSeals.Grow);
            return Begin(whole, rounded);
        });
    }

    /// <summary>Makes a ring that another process can open by its name.</summary>
    /// <param name="name">As for <see cref="MemoryMap.CreateShared"/>. It goes when both sides have closed
    /// (<see cref="MapOptions.DeleteOnClose"/>).</param>
    /// <param name="capacity">Bytes, as for <see cref="Create(long)"/>.</param>
    /// <exception cref="ArgumentException">Not such a name or capacity.</exception>
    /// <exception cref="MmapIoException">There is memory of that name; no space, no memory.</exception>
    /// <exception cref="PlatformNotSupportedException">Nothing can be mapped twice in a row here, or shared by
    /// name.</exception>
    public static MapRingBuffer Create(string name, long capacity)
    {
        SharedMemory.CheckName(name);
        long rounded = Rounded(capacity);
        MemoryMap whole = MemoryMap.CreateShared(
            name, HeaderSize + rounded, new MapOptions { DeleteOnClose = true });
        return Guarded(whole, () => Begin(whole, rounded));
    }

    /// <summary>Opens a ring that another process has made.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="ArgumentException">Not such a name.</exception>
    /// <exception cref="FileNotFoundException">There is no memory of that name.</exception>
    /// <exception cref="InvalidDataException">What has that name is no ring.</exception>
    /// <exception cref="MmapIoException">With <see cref="MapStatus.Busy"/>: whoever makes it has not
    /// finished.</exception>
    public static MapRingBuffer Open(string name)
    {
        MemoryMap whole = MemoryMap.OpenShared(name, MapAccess.ReadWrite);
        return Guarded(whole, () => Join(whole, name));
    }

    /// <summary>All the room there is to write to, in one span. Empty when the ring is full. Ends a span that was given
    /// before.</summary>
    /// <returns>The room, at most 2^31 - 1 bytes of it. For use until <see cref="Advance"/>.</returns>
    /// <exception cref="ObjectDisposedException">The ring is closed.</exception>
    /// <exception cref="InvalidDataException">Somebody has spoilt the positions in the memory.</exception>
    public Span<byte> GetWriteSpan()
    {
        TakeOut(ref _writer);
        try
        {
            long written = *Cell(WrittenCell);
            long free = _capacity - Used(written, Volatile.Read(ref *Cell(ReadCell)));
            _room = (int)Math.Min(free, int.MaxValue);
            return new Span<byte>(_data + (written & (_capacity - 1)), _room);
        }
        catch (InvalidDataException)
        {
            PutBack(ref _writer);
            throw;
        }
    }

    /// <summary>Hands the first bytes of the span to the consumer, and ends the span.</summary>
    /// <param name="count">How many; 0 for none.</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or more than the span has.</exception>
    /// <exception cref="InvalidOperationException">No span is out.</exception>
    public void Advance(int count)
    {
        DemandOut(ref _writer, nameof(GetWriteSpan));
        long written = *Cell(WrittenCell);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _room);
        Volatile.Write(ref *Cell(WrittenCell), written + count);
        PutBack(ref _writer);
    }

    /// <summary>All there is to be read, in one span. Empty when there is nothing. Ends a span that was given
    /// before.</summary>
    /// <returns>The bytes, at most 2^31 - 1 of them. For use until <see cref="Consume"/>.</returns>
    /// <exception cref="ObjectDisposedException">The ring is closed.</exception>
    /// <exception cref="InvalidDataException">Somebody has spoilt the positions in the memory.</exception>
    public ReadOnlySpan<byte> GetReadSpan()
    {
        TakeOut(ref _reader);
        try
        {
            long read = *Cell(ReadCell);
            long used = Used(Volatile.Read(ref *Cell(WrittenCell)), read);
            _found = (int)Math.Min(used, int.MaxValue);
            return new ReadOnlySpan<byte>(_data + (read & (_capacity - 1)), _found);
        }
        catch (InvalidDataException)
        {
            PutBack(ref _reader);
            throw;
        }
    }

    /// <summary>Gives the room of the span's first bytes back to the producer, and ends the span.</summary>
    /// <param name="count">How many; 0 to look at them again.</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or more than the span has.</exception>
    /// <exception cref="InvalidOperationException">No span is out.</exception>
    public void Consume(int count)
    {
        DemandOut(ref _reader, nameof(GetReadSpan));
        long read = *Cell(ReadCell);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _found);
        Volatile.Write(ref *Cell(ReadCell), read + count);
        PutBack(ref _reader);
    }

    /// <summary>Closes the ring on this side. What was written stays to be read on the other. Unmaps when the spans that
    /// are out have been ended; safe to call again.</summary>
    public void Dispose()
    {
        Close(ref _writer);
        Close(ref _reader);
        GC.SuppressFinalize(this);
    }

    private static MapRingBuffer Begin(MemoryMap whole, long capacity)
    {
        MapRingBuffer ring = Assemble(whole, MapTwice(whole, capacity), capacity);
        whole.Write(CapacityCell, capacity);

        // Last of all: whoever finds it, finds the rest.
        whole.WriteVolatile(0, Magic);
        return ring;
    }

    private static MapRingBuffer Join(MemoryMap whole, string name)
    {
        long magic = whole.Length < HeaderSize ? -1 : whole.ReadVolatile<long>(0);
        if (magic == 0)
        {
            throw new MmapIoException($"The ring '{name}' is still being made.", MapStatus.Busy) { Path = name };
        }
        long capacity = magic == Magic ? whole.Read<long>(CapacityCell) : 0;
        if (capacity <= 0 || !long.IsPow2(capacity) || capacity > whole.Length - HeaderSize
            || capacity % MemoryMap.AllocationGranularity != 0)
        {
            throw new InvalidDataException($"The shared memory '{name}' is no ring.");
        }
        return Assemble(whole, MapTwice(whole, capacity), capacity);
    }

    /// <summary>Keeps both maps mapped, also when they are dropped together with the ring, until it lets go.</summary>
    private static MapRingBuffer Assemble(MemoryMap whole, MemoryMap twice, long capacity)
    {
        byte* data = twice.Hold(0, 2 * capacity, forWriting: true);
        try
        {
            return new MapRingBuffer(whole, whole.Hold(0, HeaderSize, forWriting: true), twice, data, capacity);
        }
        catch
        {
            twice.Release(0, 2 * capacity);
            throw;
        }
    }

    private static MemoryMap MapTwice(MemoryMap whole, long capacity)
    {
        MapRequest part = MapRequest.ForFile(
            MapAccess.ReadWrite, new MapOptions { Offset = HeaderSize, Length = capacity });
        using var handle = whole.ExportHandle();
        return SharedMemory.Import(handle, part with { Flags = part.Flags | Interop.Mirrored }, nameof(capacity));
    }

    private static MapRingBuffer Guarded(MemoryMap whole, Func<MapRingBuffer> make)
    {
        try
        {
            return make();
        }
        catch
        {
            whole.Dispose();
            throw;
        }
    }

    private static long Rounded(long capacity)
    {
        const long Most = 1L << 46;
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, Most);
        long least = Math.Max(capacity, MemoryMap.AllocationGranularity);
        return (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)least);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long* Cell(int offset) => (long*)(_header + offset);

    /// <summary>The bytes between two positions, which only count up. Whoever spoilt them, no span is made of it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long Used(long written, long read)
    {
        long used = written - read;
        if ((ulong)used > (ulong)_capacity)
        {
            ThrowSpoilt(written, read);
        }
        return used;
    }

    private void ThrowSpoilt(long written, long read) => throw new InvalidDataException(
        $"The ring of {_capacity} bytes cannot have been written to {written} and read to {read}.");

    private static void TakeOut(ref int end)
    {
        int before = Interlocked.CompareExchange(ref end, Out, Idle);
        ObjectDisposedException.ThrowIf((before & Closed) != 0, typeof(MapRingBuffer));
    }

    private static void DemandOut(ref int end, string call)
    {
        if ((Volatile.Read(ref end) & Out) == 0)
        {
            throw new InvalidOperationException($"There is no span: call {call} first.");
        }
    }

    private void PutBack(ref int end)
    {
        if (Interlocked.CompareExchange(ref end, Idle, Out) != Out)
        {
            // It was closed meanwhile, and this was the end's last span.
            Volatile.Write(ref end, Closed);
            LeaveEnd();
        }
    }

    private void Close(ref int end)
    {
        if (Interlocked.Or(ref end, Closed) == Idle)
        {
            LeaveEnd();
        }
    }

    private void LeaveEnd()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            LetGo();
        }
    }

    private void LetGo()
    {
        _users = 0;
        _whole.Dispose();
        _twice.Dispose();
        _twice.Release(0, 2 * _capacity);
        _whole.Release(0, HeaderSize);
    }
}
