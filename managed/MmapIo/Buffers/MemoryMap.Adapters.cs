using System.Buffers;
using System.IO.Pipelines;

namespace MmapIo;

public sealed unsafe partial class MemoryMap
{
    /// <summary>A range as memory that can be kept on the heap, passed to asynchronous calls and sliced. No copy.</summary>
    /// <param name="offset">The first byte.</param>
    /// <param name="length">Bytes.</param>
    /// <returns>The memory. While it is pinned the map stays mapped; once a span was taken of it, the map stays
    /// mapped until the memory is no longer referenced by anything: keep the memory as long as its spans. A span that
    /// is used after the last reference to its memory and its map is gone may touch what is unmapped, and end the
    /// process; neither the compiler nor this library sees that.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the map.</exception>
    /// <exception cref="ObjectDisposedException">The map is closed; also from the memory's own members later.</exception>
    public ReadOnlyMemory<byte> GetReadOnlyMemory(long offset, int length) =>
        MemoryOf(offset, length, forWriting: false);

    /// <inheritdoc cref="GetReadOnlyMemory(long, int)"/>
    /// <exception cref="NotSupportedException">The map is read-only.</exception>
    public Memory<byte> GetMemory(long offset, int length)
    {
        ThrowIfClosed();
        if (!CanWrite)
        {
            throw new NotSupportedException("The map is read-only.");
        }
        return MemoryOf(offset, length, forWriting: true);
    }

    /// <summary>A range as memory with an end: it works until the owner is disposed, also when the map is closed before,
    /// and throws from then on. A map for reading cannot be rented: see <see cref="GetReadOnlyMemory"/>.</summary>
    /// <param name="offset">The first byte.</param>
    /// <param name="length">Bytes.</param>
    /// <returns>The owner. It stands in the way of <see cref="Resize(long)"/> and <see cref="Protect(MapProtection)"/>
    /// until it is disposed.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the map.</exception>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    /// <exception cref="NotSupportedException">The map is read-only.</exception>
    public IMemoryOwner<byte> Rent(long offset, int length)
    {
        ThrowIfClosed();
        if (!CanWrite)
        {
            throw new NotSupportedException("The map is read-only.");
        }
        CheckRange(offset, length);
        var memory = new MappedMemory(this, offset, length, forWriting: true, isRental: true);
        _ = memory.GetSpan();
        return memory;
    }

    /// <summary>All of the map as a sequence, in segments of 1 GiB. No copy; any size.</summary>
    /// <inheritdoc cref="AsSequence(long, long)"/>
    public ReadOnlySequence<byte> AsSequence()
    {
        ThrowIfClosed();
        return MappedSegment.Chain(this, 0, Length, MappedSegment.MaxLength);
    }

    /// <summary>A range as a sequence, in segments of 1 GiB. No copy; any size.</summary>
    /// <param name="offset">The first byte.</param>
    /// <param name="length">Bytes.</param>
    /// <returns>The sequence. A segment that was looked at stays mapped, and in the way of <see cref="Resize(long)"/>,
    /// until nothing refers to the sequence and the garbage collector has found that out: keep the sequence as long as
    /// its spans. Where the map is to be resized afterwards, read through <see cref="AsPipeReader()"/>, which lets go
    /// when completed.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the map.</exception>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    public ReadOnlySequence<byte> AsSequence(long offset, long length) =>
        AsSequence(offset, length, MappedSegment.MaxLength);

    internal ReadOnlySequence<byte> AsSequence(long offset, long length, int segmentLength)
    {
        CheckRange(offset, length);
        ThrowIfClosed();
        return MappedSegment.Chain(this, offset, length, segmentLength);
    }

    /// <summary>All of the map as a stream, as long as the map is at the time. SetLength resizes the map, and its file, if
    /// that is written.</summary>
    /// <inheritdoc cref="AsStream(long, long)"/>
    public Stream AsStream()
    {
        ThrowIfClosed();
        return new MappedStream(this, 0, null, CanWrite);
    }

    /// <summary>A range as a stream: seekable, of fixed length unless the map becomes shorter, writable if the map
    /// is.</summary>
    /// <param name="offset">The first byte.</param>
    /// <param name="length">Bytes.</param>
    /// <returns>The stream, at position 0. Disposing it leaves the map open. Where pages are gone, it throws
    /// <see cref="MmapIoException"/> with <see cref="MapStatus.Fault"/>, CopyTo after it has copied what is there. Flush
    /// does nothing, as for a <see cref="FileStream"/>: see <see cref="Flush(FlushMode)"/>. For one user at a time.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the map.</exception>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    public Stream AsStream(long offset, long length)
    {
        CheckRange(offset, length);
        ThrowIfClosed();
        return new MappedStream(this, offset, length, CanWrite);
    }

    /// <summary>All of the map as a pipe to read from, in segments of 1 GiB. No copy.</summary>
    /// <inheritdoc cref="AsPipeReader(long, long)"/>
    public PipeReader AsPipeReader() => new MappedPipeReader(AsSequence());

    /// <summary>A range as a pipe to read from, in segments of 1 GiB. No copy.</summary>
    /// <param name="offset">The first byte.</param>
    /// <param name="length">Bytes.</param>
    /// <returns>The reader. What was looked at stays mapped, and in the way of <see cref="Resize(long)"/>, until
    /// <see cref="PipeReader.Complete"/>; no span of it may be used after that.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the map.</exception>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    public PipeReader AsPipeReader(long offset, long length) => new MappedPipeReader(AsSequence(offset, length));

    /// <summary>Writes to the map from a place on, and makes it and its file longer as needed.</summary>
    /// <param name="start">The first byte to write; at most <see cref="Length"/>, which appends.</param>
    /// <returns>The writer. Dispose it when done: it cuts off what was made too long.</returns>
    /// <exception cref="NotSupportedException">The map is read-only.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The place is not inside the map.</exception>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    public MapBufferWriter AsBufferWriter(long start)
    {
        ThrowIfClosed();
        if (start < 0 || start > Length)
        {
            MapErrors.ThrowRange(nameof(start), start, $"The map has {Length} bytes.");
        }
        if (!CanWrite)
        {
            throw new NotSupportedException("The map is read-only.");
        }
        return new MapBufferWriter(this, start);
    }

    private Memory<byte> MemoryOf(long offset, int length, bool forWriting)
    {
        CheckRange(offset, length);
        ThrowIfClosed();
        return length == 0 ? Memory<byte>.Empty : new MappedMemory(this, offset, length, forWriting).Memory;
    }
}
