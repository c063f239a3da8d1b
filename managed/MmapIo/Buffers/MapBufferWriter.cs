using System.Buffers;

namespace MmapIo;

/// <summary>
/// Writes to a map from a given place on, and makes the map, and its file, longer as it goes: by half as much again each
/// time, so that growing is rare, or by less where the disk or <see cref="MapOptions.Reserve"/> have no more. Disposing it
/// cuts off what was made too long: dispose it before the map. For one user at a time; while it is in use, nobody else
/// should resize the map, or append to the file.
/// <para>On a map of part of a file it does what writing there does: beyond the end of the map it writes over what the
/// file has, and leaves the rest. The file never ends before where it did when the map grew over that.</para>
/// <para>The file grows with blocks on the disk, so that a full disk is an exception and no fault. Two things remain that
/// can fault: file systems that cannot allocate blocks, and holes that the file had before.</para>
/// </summary>
public sealed class MapBufferWriter : IBufferWriter<byte>, IDisposable
{
    private const int LeastGrowth = 64 * 1024;

    private readonly MemoryMap _map;
    private readonly long _start;
    private readonly long _mapLength;
    private MappedMemory? _window;
    private long _windowStart;
    private int _windowLength;
    private bool _disposed;

    // Where the file ended, if the map has grown over bytes of it that it did not cover: those are not to be cut off.
    private long _fileLength;

    internal MapBufferWriter(MemoryMap map, long start)
    {
        _map = map;
        _start = start;
        _windowStart = start;
        _mapLength = map.Length;
    }

    /// <summary>How many bytes were written.</summary>
    public long WrittenCount { get; private set; }

    private long Position => _start + WrittenCount;

    /// <summary>Declares bytes written to what <see cref="GetMemory"/> or <see cref="GetSpan"/> gave last.</summary>
    /// <param name="count">How many.</param>
    /// <exception cref="ArgumentException">Negative, or more than there was room for.</exception>
    /// <exception cref="ObjectDisposedException">The writer, or the map, is closed.</exception>
    public void Advance(int count)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count > _windowStart + _windowLength - Position)
        {
            throw new ArgumentOutOfRangeException(nameof(count), count, "More than the buffer given last has.");
        }
        WrittenCount += count;
    }

    /// <summary>Gives memory to write to, and grows the map if there is not enough left.</summary>
    /// <param name="sizeHint">At least so many bytes; 0 for at least one.</param>
    /// <returns>The memory, until the next call of a member of this.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="sizeHint"/> is negative; or the map must grow, and is
    /// one of a file that cannot be written, or would be longer than files can be.</exception>
    /// <exception cref="InvalidOperationException">The map must grow, and a lease stands in the way: see
    /// <see cref="MapOptions.Reserve"/>.</exception>
    /// <exception cref="MmapIoException">No space on the disk, or another limit; or the file does not back what is to be
    /// written: it ends before.</exception>
    /// <exception cref="UnauthorizedAccessException">The range is protected against writing, or the memory is sealed
    /// against growing.</exception>
    /// <exception cref="PlatformNotSupportedException">The map must grow, and cannot: see
    /// <see cref="MemoryMap.Resize(long)"/>.</exception>
    /// <exception cref="ObjectDisposedException">The writer, or the map, is closed.</exception>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        int needed = Math.Max(sizeHint, 1);
        if (_windowStart + _windowLength - Position < needed || _window is null)
        {
            MoveWindow(needed);
        }
        return _window!.Memory[(int)(Position - _windowStart)..];
    }

    /// <summary>Gives a span to write to, and grows the map if there is not enough left.</summary>
    /// <param name="sizeHint">At least so many bytes; 0 for at least one.</param>
    /// <returns>The span, until the next call of a member of this. That call may move the map: storing to a span from
    /// before then ends the process, or goes where it should not, while memory from before throws. A map that grows
    /// within <see cref="MapOptions.Reserve"/> does not move.</returns>
    /// <inheritdoc cref="GetMemory(int)" path="/exception"/>
    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>Ends writing. The map ends where writing did, or where it did before, if that is further; so does the
    /// file. Once that has been done, it is safe to call again.</summary>
    /// <exception cref="InvalidOperationException">A lease stands in the way of cutting off. The writer is as it was:
    /// call again when the lease has ended.</exception>
    /// <exception cref="MmapIoException">The operating system refused. The writer is as it was.</exception>
    /// <exception cref="ObjectDisposedException">The map was closed before, and its file is longer than what was
    /// written: nothing has been cut off. Said once.</exception>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }
        CloseWindow();
        _disposed = _map.IsClosed;
        long end = Math.Max(Position, _mapLength);
        if (Math.Max(end, _fileLength) < _map.Length)
        {
            _map.Resize(Math.Max(end, _fileLength), truncateFile: true);
        }
        if (end < _map.Length)
        {
            // The file goes on behind, with what it had there before.
            _map.Resize(end);
        }
        _disposed = true;
    }

    private void MoveWindow(int needed)
    {
        CloseWindow();
        if (_map.Length - Position < needed)
        {
            Grow(Position + needed);
        }
        _windowStart = Position;
        _windowLength = (int)Math.Min(MappedSegment.MaxLength, _map.Length - Position);
        _windowLength = Math.Max(_windowLength, (int)Math.Min(needed, _map.Length - Position));
        _window = new MappedMemory(_map, _windowStart, _windowLength, forWriting: true);
    }

    /// <summary>Makes the map longer by much, or by what is needed if there is no room for more.</summary>
    private void Grow(long least)
    {
        const string Argument = "sizeHint";
        long file = _map.SourceLength;
        _fileLength = file > _map.Length ? file : _fileLength;
        long wanted = Math.Max(least, _map.Length + Math.Max(LeastGrowth, _map.Length / 2));
        long reserve = _map.Reserve;
        if (least <= reserve && wanted > reserve)
        {
            wanted = reserve;
        }
        try
        {
            _map.Resize(wanted, truncateFile: false, allocate: true, Argument);
        }
        catch (Exception e) when (wanted > least && e is MmapIoException or ArgumentOutOfRangeException)
        {
            // The disk is full, a limit is reached, no file is as long: by the least it may do.
            _map.Resize(least, truncateFile: false, allocate: true, Argument);
        }
    }

    private void CloseWindow()
    {
        ((IDisposable?)_window)?.Dispose();
        _window = null;
        _windowStart = Position;
        _windowLength = 0;
    }
}
