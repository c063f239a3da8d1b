using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

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
    /// and throws from then on. For reading, also of maps that cannot be written: <see cref="RentReadOnly"/>.</summary>
    /// <param name="offset">The first byte.</param>
    /// <param name="length">Bytes.</param>
    /// <returns>The owner. It stands in the way of <see cref="Resize(long)"/> and <see cref="Protect(MapProtection)"/>
    /// until it is disposed, on whatever thread.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the map.</exception>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    /// <exception cref="UnauthorizedAccessException">The range is protected against writing.</exception>
    /// <exception cref="MmapIoException">The file does not back the range: it ends before.</exception>
    /// <exception cref="NotSupportedException">The map is read-only.</exception>
    public IMemoryOwner<byte> Rent(long offset, int length)
    {
        ThrowIfClosed();
        if (!CanWrite)
        {
            throw new NotSupportedException("The map is read-only: rent it by RentReadOnly.");
        }
        return RentalOf(offset, length, forWriting: true);
    }

    /// <summary>A range as memory for reading, with an end: it works until the rental is disposed, also when the map is
    /// closed before, and throws from then on. What a lease is within one method, this is across <c>await</c>.</summary>
    /// <param name="offset">The first byte.</param>
    /// <param name="length">Bytes.</param>
    /// <returns>The rental. It stands in the way of <see cref="Resize(long)"/> and <see cref="Protect(MapProtection)"/>
    /// until it is disposed, on whatever thread.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the map.</exception>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    /// <exception cref="UnauthorizedAccessException">The range is protected against reading.</exception>
    /// <exception cref="MmapIoException">The file does not back the range: it ends before.</exception>
    public MapRental RentReadOnly(long offset, int length)
    {
        ThrowIfClosed();
        return new MapRental(RentalOf(offset, length, forWriting: false));
    }

    private MappedMemory RentalOf(long offset, int length, bool forWriting)
    {
        CheckRange(offset, length);
        var memory = new MappedMemory(this, offset, length, forWriting, isRental: true);
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
    /// its spans. Where the map is to be resized afterwards, read through <see cref="AsPipeReader(bool)"/>, which lets go
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

    /// <summary>
    /// All of the map as a stream, as long as the map is at the time: seekable, writable if the map is. Like a
    /// <see cref="FileStream"/> it becomes longer by writing past its end, and longer or shorter by SetLength; that
    /// resizes the map, and the file with it, each time: where much is appended in small pieces, by
    /// <see cref="AsBufferWriter"/> it goes faster.
    /// <para>That is for <see cref="MapAccess.ReadWrite"/> maps that end where their file does. A stream over part of a
    /// file has a fixed length, and so has one over a copy-on-write map: it throws <see cref="NotSupportedException"/>
    /// where it would become longer or shorter, and leaves the rest of the file alone. A file that others have made
    /// longer meanwhile is mapped in part, too, until the map is resized to its length.</para>
    /// </summary>
    /// <param name="leaveOpen">Does disposing the stream leave the map open?</param>
    /// <returns>The stream, at position 0. Where pages are gone, it throws <see cref="MmapIoException"/> with
    /// <see cref="MapStatus.Fault"/>, CopyTo after it has copied what is there. What would make it longer or shorter
    /// throws what <see cref="Resize(long)"/> does, and changes nothing then. Flush does nothing, as for a
    /// <see cref="FileStream"/>: see <see cref="Flush(FlushMode)"/>. Asynchronous calls are done when they return, and
    /// need no thread. For one user at a time.</returns>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    public Stream AsStream(bool leaveOpen = true)
    {
        ThrowIfClosed();
        return new MappedStream(this, leaveOpen, 0, null);
    }

    /// <summary>A range as a stream: seekable, of fixed length unless the map becomes shorter, writable if the map
    /// is. Disposing it leaves the map open.</summary>
    /// <inheritdoc cref="AsStream(bool, long, long)"/>
    public Stream AsStream(long offset, long length) => AsStream(true, offset, length);

    /// <summary>A range as a stream: seekable, of fixed length unless the map becomes shorter, writable if the map
    /// is.</summary>
    /// <param name="leaveOpen">Does disposing the stream leave the map open?</param>
    /// <param name="offset">The first byte.</param>
    /// <param name="length">Bytes.</param>
    /// <returns>The stream, at position 0. It throws <see cref="NotSupportedException"/> where it would become longer or
    /// shorter; otherwise as <see cref="AsStream(bool)"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the map.</exception>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    public Stream AsStream(bool leaveOpen, long offset, long length)
    {
        CheckRange(offset, length);
        ThrowIfClosed();
        return new MappedStream(this, leaveOpen, offset, length);
    }

    /// <summary>All of the map as a pipe to read from, in segments of 1 GiB. No copy.</summary>
    /// <inheritdoc cref="AsPipeReader(bool, long, long)"/>
    public PipeReader AsPipeReader(bool leaveOpen = true) => new MappedPipeReader(this, leaveOpen, AsSequence());

    /// <summary>A range as a pipe to read from, in segments of 1 GiB. No copy. Completing it leaves the map open.</summary>
    /// <inheritdoc cref="AsPipeReader(bool, long, long)"/>
    public PipeReader AsPipeReader(long offset, long length) => AsPipeReader(true, offset, length);

    /// <summary>A range as a pipe to read from, in segments of 1 GiB. No copy.</summary>
    /// <param name="leaveOpen">Does <see cref="PipeReader.Complete"/> leave the map open?</param>
    /// <param name="offset">The first byte.</param>
    /// <param name="length">Bytes.</param>
    /// <returns>The reader. What was looked at stays mapped, and in the way of <see cref="Resize(long)"/>, until
    /// <see cref="PipeReader.Complete"/>; no span of it may be used after that.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the map.</exception>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    public PipeReader AsPipeReader(bool leaveOpen, long offset, long length) =>
        new MappedPipeReader(this, leaveOpen, AsSequence(offset, length));

    /// <summary>Writes to the map from a place on, and makes it and its file longer as needed.</summary>
    /// <param name="start">The first byte to write; at most <see cref="Length"/>, which appends, if the file ends
    /// there.</param>
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

    /// <summary>
    /// How long what the map is of is now, from the map's first byte on: its file, or the memory that it shares. Is the
    /// map's own length where nothing lies behind the map, or the system does not tell.
    /// </summary>
    internal long SourceLength
    {
        get
        {
            try
            {
                using SafeHandle source = ExportHandle();
                return RandomAccess.GetLength((SafeFileHandle)source) - _offset;
            }
            catch (Exception e) when (e is NotSupportedException or (IOException and not MmapIoException))
            {
                // Memory of this process alone; a section of Windows, which nobody can make longer.
                return Length;
            }
        }
    }
}
