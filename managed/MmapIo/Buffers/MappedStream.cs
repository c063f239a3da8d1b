namespace MmapIo;

/// <summary>
/// A map as a stream. Copies go through <see cref="MemoryMap.TryRead"/> and <see cref="MemoryMap.TryWrite"/>, so that
/// a file shortened meanwhile is an exception. So does CopyTo, by a buffer, which the framework's own does: handing the
/// pages to the other stream would have it, or the kernel for it, run into what is gone.
/// The length is that of a range, or null for all of the map, however long that is by then: such a stream can make the
/// map longer and shorter, if what it is of ends where the map does.
/// </summary>
internal sealed class MappedStream(MemoryMap map, bool leaveOpen, long offset, long? length) : Stream
{
    private readonly bool _writable = map.CanWrite;
    private long _position;
    private bool _open = true;

    public override bool CanRead => _open && !map.IsClosed;

    public override bool CanSeek => CanRead;

    public override bool CanWrite => CanRead && _writable;

    public override long Length
    {
        get
        {
            ThrowIfClosed();
            return Size;
        }
    }

    /// <summary>The map may have been resized by others.</summary>
    private long Size => length is { } range ? Math.Clamp(map.Length - offset, 0, range) : map.Length;

    public override long Position
    {
        get
        {
            ThrowIfClosed();
            return _position;
        }
        set
        {
            ThrowIfClosed();
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    public override int Read(Span<byte> buffer)
    {
        ThrowIfClosed();
        int count = (int)Math.Clamp(Size - _position, 0, buffer.Length);
        if (count == 0)
        {
            return 0;
        }
        if (!map.TryRead(offset + _position, buffer[..count], out int read) && read == 0)
        {
            throw Faulted("read");
        }
        _position += read;
        return read;
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        ThrowIfClosed();
        if (!_writable)
        {
            throw new NotSupportedException("The map is read-only.");
        }
        if (buffer.IsEmpty)
        {
            return;
        }
        if (buffer.Length > Size - _position)
        {
            MakeRoom(buffer.Length);
        }
        bool whole = map.TryWrite(offset + _position, buffer, out int written);
        _position += written;
        if (!whole)
        {
            throw Faulted("written");
        }
    }

    public override int ReadByte()
    {
        Span<byte> one = stackalloc byte[1];
        return Read(one) == 0 ? -1 : one[0];
    }

    public override void WriteByte(byte value) => Write([value]);

    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        Write(buffer.AsSpan(offset, count));
    }

    // Memory does not wait: what is asynchronous elsewhere is done on the spot here, page faults included.
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<int>(cancellationToken);
        }
        try
        {
            return ValueTask.FromResult(Read(buffer.Span));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return ValueTask.FromException<int>(e);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }
        try
        {
            Write(buffer.Span);
            return ValueTask.CompletedTask;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return ValueTask.FromException(e);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    public override IAsyncResult BeginRead(byte[] buffer, int offset, int count, AsyncCallback? callback, object? state) =>
        TaskToAsyncResult.Begin(ReadAsync(buffer, offset, count, CancellationToken.None), callback, state);

    public override int EndRead(IAsyncResult asyncResult) => TaskToAsyncResult.End<int>(asyncResult);

    public override IAsyncResult BeginWrite(byte[] buffer, int offset, int count, AsyncCallback? callback, object? state) =>
        TaskToAsyncResult.Begin(WriteAsync(buffer, offset, count, CancellationToken.None), callback, state);

    public override void EndWrite(IAsyncResult asyncResult) => TaskToAsyncResult.End(asyncResult);

    public override long Seek(long offset, SeekOrigin origin)
    {
        ThrowIfClosed();
        long from = origin switch
        {
            SeekOrigin.Begin => 0,
            SeekOrigin.Current => _position,
            SeekOrigin.End => Size,
            _ => throw new ArgumentOutOfRangeException(nameof(origin), origin, "Not an origin."),
        };
        if (offset < -from)
        {
            throw new IOException("A seek went before the beginning of the stream.");
        }
        if (offset > long.MaxValue - from)
        {
            throw new ArgumentOutOfRangeException(nameof(offset), offset, "The position would be too large.");
        }
        return _position = from + offset;
    }

    public override void SetLength(long value)
    {
        ThrowIfClosed();
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        DemandEnd("its length cannot be set");
        map.Resize(value, truncateFile: true, argument: nameof(value));
        _position = Math.Min(_position, value);
    }

    /// <summary>Writes what was written here to the device: <see cref="FlushMode.Sync"/> would block, so this does
    /// what <see cref="FileStream.Flush()"/> does, nothing: the page cache has the bytes already.</summary>
    public override void Flush() => ThrowIfClosed();

    public override Task FlushAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled(cancellationToken);
        }
        return _open && !map.IsClosed
            ? Task.CompletedTask : Task.FromException(new ObjectDisposedException(nameof(Stream)));
    }

    protected override void Dispose(bool disposing)
    {
        bool wasOpen = _open;
        _open = false;
        if (disposing && wasOpen && !leaveOpen)
        {
            map.Dispose();
        }
        base.Dispose(disposing);
    }

    /// <summary>Makes the map longer, for so many bytes from the position on. What lies between is zeros.</summary>
    private void MakeRoom(int count)
    {
        DemandEnd($"{count} bytes from position {_position} do not fit in the stream's {Size}");
        try
        {
            map.Resize(checked(_position + count), truncateFile: false);
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or OverflowException)
        {
            throw new IOException($"{count} bytes from position {_position} would make the stream too long.", e);
        }
    }

    /// <summary>Throws unless the stream ends where what the map is of does. What lies behind a range or a map is not
    /// the stream's, to be written over or cut off.</summary>
    private void DemandEnd(string problem)
    {
        if (length is not null)
        {
            throw new NotSupportedException($"A stream over a range has a fixed length: {problem}.");
        }
        if (map.Access != MapAccess.ReadWrite)
        {
            throw new NotSupportedException($"What is not written to the file cannot change its length: {problem}.");
        }
        if (map.SourceLength > map.Length)
        {
            throw new NotSupportedException($"The file goes on behind the map: {problem}.");
        }
    }

    private MmapIoException Faulted(string what) => new(
        $"The byte at position {_position} could not be {what}: the pages behind it are gone.", MapStatus.Fault);

    /// <summary>Also where the map is: that is not the end of the stream, which a read of 0 bytes would say.</summary>
    private void ThrowIfClosed()
    {
        ObjectDisposedException.ThrowIf(!_open, typeof(Stream));
        map.ThrowIfClosed();
    }
}
