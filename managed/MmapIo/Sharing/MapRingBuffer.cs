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
/// <see cref="Consume"/>; an empty one holds nothing. <see cref="Dispose"/> refuses new spans at once, and unmaps when
/// those that are out have been ended: never under a span. If one never is, its memory stays mapped.</para>
/// <para><b>Processes.</b> A ring trusts neither what it finds in its memory nor who else writes there: a header that
/// cannot be is an exception. Memory that somebody makes shorter is a fault, though; without a name it is sealed
/// against that where the system can. The name of a ring goes when the last side that lives closes it, with what was not
/// read. A side that is killed closes nothing, and leaves the name, and what was written, for
/// <see cref="OpenOrCreate"/>.</para>
/// </summary>
public sealed class MapRingBuffer : IDisposable
{
    private readonly RingMemory _memory;
    private readonly RingEnd _writer;
    private readonly RingEnd _reader;

    private MapRingBuffer(RingMemory memory)
    {
        _memory = memory;
        _writer = new RingEnd(memory, writes: true);
        _reader = new RingEnd(memory, writes: false);
    }

    /// <summary>Lets go of the memory, unless a span is out that may be in use still.</summary>
    ~MapRingBuffer()
    {
        if (!_writer.IsOut && !_reader.IsOut)
        {
            try
            {
                _memory.LetGo();
            }
            catch (Exception)
            {
                // There is nobody to tell, and an exception here would end the process.
            }
        }
    }

    /// <summary>How many bytes fit in.</summary>
    public long Capacity => _memory.Capacity;

    /// <summary>How many bytes there are to read, at this moment.</summary>
    /// <exception cref="ObjectDisposedException">The ring is closed.</exception>
    /// <exception cref="InvalidDataException">Somebody has written over the header in the memory.</exception>
    public long Count
    {
        get
        {
            ObjectDisposedException.ThrowIf(_writer.IsClosed, this);
            return _memory.Count();
        }
    }

    /// <summary>Makes a ring for the threads of this process.</summary>
    /// <param name="capacity">Bytes, at least 1; rounded up to a power of two that the system can map twice in a
    /// row, 4096 or more, 65536 on Windows.</param>
    /// <param name="options">How its data is mapped: <see cref="MapOptions.Advice"/>, <see cref="MapOptions.Populate"/>,
    /// <see cref="MapOptions.Lock"/>, <see cref="MapOptions.NoReserve"/>, transparent huge pages. The others are not for
    /// rings. <see cref="MapOptions.DeleteOnClose"/> is always so.</param>
    /// <exception cref="ArgumentException">An option that is not for rings, or has a value that is not allowed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is less than 1, or more than 2^46.</exception>
    /// <exception cref="PlatformNotSupportedException">Nothing can be mapped twice in a row here.</exception>
    /// <exception cref="MmapIoException">Out of memory or address space, or no more memory to be locked.</exception>
    public static MapRingBuffer Create(long capacity, MapOptions? options = null) =>
        new(RingMemory.Create(null, capacity, options));

    /// <summary>Makes a ring that another process can open by its name.</summary>
    /// <param name="name">As for <see cref="MemoryMap.CreateShared"/>. It goes when both sides have closed
    /// (<see cref="MapOptions.DeleteOnClose"/>).</param>
    /// <param name="capacity">Bytes, as for <see cref="Create(long, MapOptions)"/>.</param>
    /// <param name="options">As for <see cref="Create(long, MapOptions)"/>.</param>
    /// <exception cref="ArgumentException">Not such a name, capacity or option.</exception>
    /// <exception cref="MmapIoException">There is memory of that name (<see cref="MapStatus.Exists"/>), perhaps of a ring
    /// whose owner was killed: see <see cref="OpenOrCreate"/>. No space, no memory.</exception>
    /// <exception cref="PlatformNotSupportedException">Nothing can be mapped twice in a row here, or shared by
    /// name.</exception>
    public static MapRingBuffer Create(string name, long capacity, MapOptions? options = null)
    {
        SharedMemory.CheckName(name);
        return new(RingMemory.Create(name, capacity, options));
    }

    /// <summary>Opens a ring that another process has made.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="options">As for <see cref="Create(long, MapOptions)"/>.</param>
    /// <exception cref="ArgumentException">Not such a name or option.</exception>
    /// <exception cref="FileNotFoundException">There is no memory of that name.</exception>
    /// <exception cref="InvalidDataException">What has that name is no ring, or somebody has written over its
    /// header.</exception>
    /// <exception cref="UnauthorizedAccessException">It is another user's.</exception>
    /// <exception cref="PlatformNotSupportedException">What has that name is no memory; or nothing can be mapped twice in a
    /// row here.</exception>
    /// <exception cref="MmapIoException">With <see cref="MapStatus.Busy"/>: whoever makes it has not finished, or was
    /// killed: <see cref="OpenOrCreate"/> finishes it. Or a limit.</exception>
    public static MapRingBuffer Open(string name, MapOptions? options = null)
    {
        SharedMemory.CheckName(name);
        return new(RingMemory.Open(name, options));
    }

    /// <summary>Opens the ring of that name, or makes it: whichever is possible. Of several processes that do so at the
    /// same time, all have the same ring. One whose users were killed is as they left it: with the bytes that were written
    /// and not read; one that was being made when its maker was killed is finished.</summary>
    /// <param name="name">As for <see cref="MemoryMap.CreateShared"/>.</param>
    /// <param name="capacity">Bytes, as for <see cref="Create(long, MapOptions)"/>. A ring that exists keeps its own.</param>
    /// <param name="options">As for <see cref="Create(long, MapOptions)"/>.</param>
    /// <exception cref="ArgumentException">Not such a name, capacity or option.</exception>
    /// <exception cref="InvalidDataException">What has that name is no ring, or somebody has written over its header:
    /// <see cref="MemoryMap.DeleteShared"/> frees the name.</exception>
    /// <exception cref="UnauthorizedAccessException">It is another user's.</exception>
    /// <exception cref="MmapIoException">No space, no memory.</exception>
    /// <exception cref="PlatformNotSupportedException">Nothing can be mapped twice in a row here, or shared by name; or what
    /// has that name is no memory.</exception>
    /// <remarks>On Windows the name goes with the last process that has the ring, killed or not. On macOS, memory whose
    /// maker was killed before it had a length is given up after a second, and made anew.</remarks>
    public static MapRingBuffer OpenOrCreate(string name, long capacity, MapOptions? options = null)
    {
        SharedMemory.CheckName(name);
        return new(RingMemory.OpenOrCreate(name, capacity, options));
    }

    /// <summary>All the room there is to write to, in one span. Empty when the ring is full. Ends a span that was given
    /// before.</summary>
    /// <returns>The room, at most 2^31 - 1 bytes of it. For use until <see cref="Advance"/>.</returns>
    /// <exception cref="ObjectDisposedException">The ring is closed.</exception>
    /// <exception cref="InvalidDataException">Somebody has written over the header in the memory.</exception>
    public unsafe Span<byte> GetWriteSpan()
    {
        byte* first = _writer.Take(out int length);
        return new Span<byte>(first, length);
    }

    /// <summary>Hands the first bytes of the span to the consumer, and ends the span.</summary>
    /// <param name="count">How many; 0 for none.</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or more than the span has.</exception>
    /// <exception cref="InvalidOperationException">No span was given since the last one ended.</exception>
    /// <exception cref="InvalidDataException">Somebody has written over the header in the memory. The span has
    /// ended.</exception>
    public void Advance(int count) => _writer.Finish(count);

    /// <summary>All there is to be read, in one span. Empty when there is nothing. Ends a span that was given
    /// before.</summary>
    /// <returns>The bytes, at most 2^31 - 1 of them. For use until <see cref="Consume"/>.</returns>
    /// <exception cref="ObjectDisposedException">The ring is closed.</exception>
    /// <exception cref="InvalidDataException">Somebody has written over the header in the memory.</exception>
    public unsafe ReadOnlySpan<byte> GetReadSpan()
    {
        byte* first = _reader.Take(out int length);
        return new ReadOnlySpan<byte>(first, length);
    }

    /// <summary>Gives the room of the span's first bytes back to the producer, and ends the span.</summary>
    /// <param name="count">How many; 0 to look at them again.</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or more than the span has.</exception>
    /// <exception cref="InvalidOperationException">No span was given since the last one ended.</exception>
    /// <exception cref="InvalidDataException">Somebody has written over the header in the memory. The span has
    /// ended.</exception>
    public void Consume(int count) => _reader.Finish(count);

    /// <summary>Closes the ring on this side. What was written stays to be read on the other. Unmaps when the spans that
    /// are out have been ended; safe to call again.</summary>
    public void Dispose()
    {
        _writer.Close();
        _reader.Close();
        GC.SuppressFinalize(this);
    }
}
