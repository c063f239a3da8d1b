namespace MmapIo;

public sealed unsafe partial class MemoryMap
{
    /// <summary>Writes what was changed through this map to the file.</summary>
    /// <inheritdoc cref="Flush(FlushMode, long, long)"/>
    public void Flush(FlushMode mode = FlushMode.Sync) => SyncCall(NativeMode(mode), 0, All);

    /// <summary>Writes what was changed in a range to the file.</summary>
    /// <param name="mode">How far what was written shall get: into the file, or onto the device.</param>
    /// <param name="offset">The first byte. Every page that the range touches is written.</param>
    /// <param name="length">Bytes; 0 does nothing.</param>
    /// <exception cref="ArgumentException">Not a mode; the range is not inside the map.</exception>
    /// <exception cref="MmapIoException">The device failed or is full: the promise is not kept. Or
    /// <see cref="MapStatus.DurabilityLost"/>: it was not kept earlier, see <see cref="AcknowledgeLoss"/>. Or
    /// <see cref="MapStatus.Fault"/>: <see cref="MapOptions.ZeroFillOnFault"/> has made pages of the range zeros, and
    /// what was written to those is in no file; not with <see cref="FlushMode.Async"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">Windows: the file was not opened for writing, and the mode is
    /// <see cref="FlushMode.Data"/> or stronger.</exception>
    /// <exception cref="PlatformNotSupportedException">The map keeps no handle (<see cref="MapOptions.NoHandle"/>), and the
    /// mode is <see cref="FlushMode.Data"/> or stronger.</exception>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    /// <remarks>A copy-on-write map and memory without a file have nothing to write: the call does nothing. Blocks
    /// until the mode's promise is kept. Writing that other maps of the file see needs no flush. See
    /// <see href="https://man7.org/linux/man-pages/man2/msync.2.html">msync(2)</see>,
    /// <see href="https://man7.org/linux/man-pages/man2/fsync.2.html">fsync(2)</see> and
    /// <see href="https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-flushviewoffile">FlushViewOfFile</see>.
    /// </remarks>
    public void Flush(FlushMode mode, long offset, long length) => Sync(NativeMode(mode), offset, length);

    /// <summary>Writes what was changed through this map to the file, off the caller's thread.</summary>
    /// <inheritdoc cref="FlushAsync(FlushMode, long, long, CancellationToken)"/>
    public ValueTask FlushAsync(FlushMode mode = FlushMode.Sync, CancellationToken cancellationToken = default) =>
        FlushHeld(NativeMode(mode), 0, All, cancellationToken);

    /// <summary>Writes what was changed in a range to the file, off the caller's thread.</summary>
    /// <param name="mode">How far what was written shall get: into the file, or onto the device.</param>
    /// <param name="offset">The first byte. Every page that the range touches is written.</param>
    /// <param name="length">Bytes; 0 does nothing.</param>
    /// <param name="cancellationToken">Is looked at before it begins. No system can call a write back.</param>
    /// <returns>Ends when the mode's promise is kept, or with what <see cref="Flush(FlushMode, long, long)"/> would
    /// throw. Until then the map stays mapped even if it is disposed, and cannot be resized or protected.</returns>
    /// <exception cref="ArgumentException">Not a mode; the range is not inside the map.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before it began.</exception>
    /// <exception cref="MmapIoException">As from <see cref="Flush(FlushMode, long, long)"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">As from <see cref="Flush(FlushMode, long, long)"/>.</exception>
    /// <exception cref="PlatformNotSupportedException">As from <see cref="Flush(FlushMode, long, long)"/>.</exception>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    public ValueTask FlushAsync(
        FlushMode mode, long offset, long length, CancellationToken cancellationToken = default)
    {
        int native = NativeMode(mode);
        CheckRange(offset, length);
        return FlushHeld(native, offset, length, cancellationToken);
    }

    /// <summary>
    /// Says that a loss is known. After a flush that failed because the device did, or is full, every later one (except
    /// <see cref="FlushMode.Async"/>) throws <see cref="MapStatus.DurabilityLost"/> with the first failure's code: the
    /// system tells of a failed write only once, and would call a second flush a success with the data gone. Write the
    /// data anew, or do without it, and call this; without a loss it does nothing.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    public void AcknowledgeLoss()
    {
        MapCall call = EnterNative();
        call.End(Interop.mmapio_map_acknowledge_loss(call.Native, &call.Error), "acknowledge a loss of");
    }

    private int NativeMode(FlushMode mode) => mode switch
    {
        FlushMode.Async => Mmap.MS_ASYNC,
        FlushMode.Sync => Mmap.MS_SYNC,
        FlushMode.Data => 0x100,
        FlushMode.Durable => 0x200,
        FlushMode.Barrier => 0x400,
        _ => RefuseMode(mode),
    };

    private int RefuseMode(FlushMode mode)
    {
        ThrowIfClosed();
        throw new ArgumentOutOfRangeException(nameof(mode), mode, "Not a flush mode.");
    }

    /// <summary>mmapio_map_sync with its own MMAPIO_MS_* bits.</summary>
    internal void Sync(int mode, long offset, long length)
    {
        CheckRange(offset, length);
        SyncCall(mode, offset, length);
    }

    private ValueTask FlushHeld(int mode, long offset, long length, CancellationToken cancellationToken)
    {
        long started = 0;
        ValueTask<bool> flushed = RunHeld(
            offset, length,
            (bytes, release) => HeldWork.Run(
                () =>
                {
                    NativeError error;
                    started = MapMetrics.StartFlush();
                    int status = SyncNative(mode, offset, bytes, &error);
                    ThrowUnlessFlushed(status, error);
                    return true;
                },
                () =>
                {
                    release();
                    MapMetrics.Flushed(started, mode);
                }),
            cancellationToken);
        return new ValueTask(flushed.AsTask());
    }

    /// <summary>The same, of a range that was checked, or of <see cref="All"/>.</summary>
    internal void SyncCall(int mode, long offset, long length)
    {
        long started = MapMetrics.StartFlush();
        MapCall call = EnterNative(offset, length);
        int status = SyncNative(mode, offset, (long)call.Length, &call.Error);
        call.End();
        MapMetrics.Flushed(started, mode);
        ThrowUnlessFlushed(status, call.Error);
    }

    private void ThrowUnlessFlushed(int status, in NativeError error)
    {
        if (status != 0)
        {
            throw MapErrors.Of(status, error, "flush", Path, refusal: OptionAgainst(MapTraits.NoHandle));
        }
    }

    /// <summary>For callers that keep the map mapped.</summary>
    private int SyncNative(int mode, long offset, long length, NativeError* error) =>
        Interop.mmapio_map_sync(Lifetime.Native, (ulong)offset, (ulong)length, (uint)mode, error);
}
